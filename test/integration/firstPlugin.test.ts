import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { useDaemon } from '../support/useDaemon.ts';

const project = resolve(import.meta.dirname, '../..');
const endOfStep = '-- end of step --';

/** A block of the page: a file, if the line above names one, or commands, or lines of their output. */
interface Block {
  file: string | undefined;
  language: string;
  body: string;
}

function blocksOf(page: string): Block[] {
  const found = page.matchAll(/(?:^`([\w.-]+)`:\n\n)?^```(\w+)\n(.*?)^```$/gms);
  return [...found].map(([, file, language = '', body = '']) => ({ file, language, body }));
}

/** One shell script of the page: files are written in their place, and each step is followed by a mark. */
function scriptOf(blocks: readonly Block[]): string {
  const steps = blocks.flatMap(({ file, language, body }) => {
    if (file !== undefined) return [`cat >${file} <<'END_OF_FILE'\n${body}END_OF_FILE\n`];
    return language === 'sh' ? [`${body}echo '${endOfStep}'\n`] : [];
  });
  return steps.join('');
}

/** What the page shows of each step's output, in the order of the steps. */
function outputsOf(blocks: readonly Block[]): string[][] {
  const outputs: string[][] = [];
  for (const { language, body } of blocks) {
    if (language === 'sh') outputs.push([]);
    if (language === 'text') outputs.at(-1)?.push(...body.trim().split('\n'));
  }
  return outputs;
}

/** `…` stands for any text. */
function patternOf(line: string): RegExp {
  const parts = line.trim().split('…');
  return new RegExp(parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*'));
}

describe('docs/guides/first-plugin.md', function () {
  this.timeout(180_000);
  this.slow(60_000);
  const daemon = useDaemon();
  let directory = '';

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'first-plugin-'));
  });

  after(() => rm(directory, { recursive: true }));

  /** The host of the page: its commands, its checkout, and its directory of the configuration. */
  async function readPage(): Promise<Block[]> {
    const page = await readFile(join(project, 'docs/guides/first-plugin.md'), 'utf8');
    return blocksOf(page.replaceAll('/opt/pouch', project).replaceAll('/etc/pouch', daemon.it.dir));
  }

  async function run(script: string): Promise<string> {
    const bin = join(directory, 'bin');
    await mkdir(bin);
    const reload = `#!/bin/sh\n[ "$*" = 'reload pouchd' ] && kill -HUP ${daemon.it.pid}\n`;
    await writeFile(join(bin, 'systemctl'), reload, { mode: 0o755 });
    const { all, exitCode } = await execa('bash', ['-e', '-c', script], {
      cwd: directory,
      env: {
        PATH: `${bin}:${project}/bin:${process.env['PATH'] ?? ''}`,
        POUCH_HOST: daemon.it.host,
        POUCHD_CONFIG: join(daemon.it.dir, 'pouchd.yaml'),
      },
      all: true,
      reject: false,
      stdin: 'ignore',
    });
    assert.equal(exitCode, 0, all);
    return all;
  }

  it('works from an empty folder to a running container, and prints what it shows', async () => {
    const blocks = await readPage();
    const printed = (await run(scriptOf(blocks))).split(endOfStep);
    for (const [step, lines] of outputsOf(blocks).entries())
      for (const line of lines) assert.match(printed[step] ?? '', patternOf(line));
  });
});
