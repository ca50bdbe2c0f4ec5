import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';

const project = resolve(import.meta.dirname, '../..');
const cache = 'dist/bin/pouchd.cjs.cache';

/** Prints whether V8 accepts the cache of pouchd. */
const tryCache = `
import { readFileSync } from 'node:fs';
import { readCache } from './bin/code-cache/cacheFile.ts';
import { compile } from './bin/code-cache/program.ts';
const path = 'dist/bin/pouchd.cjs';
const source = readFileSync(path);
console.log(compile(path, source, readCache(path, source)).cachedDataRejected === false);
`;

describe('the code cache of pouchd', function () {
  this.timeout(60_000);
  let installed = '';

  before(async () => {
    installed = await mkdtemp(join(tmpdir(), 'code-cache-'));
    for (const path of ['bin/pouchd', 'dist/bin', 'package.json'])
      await cp(join(project, path), join(installed, path), { recursive: true });
    await symlink(join(project, 'node_modules'), join(installed, 'node_modules'));
  });
  after(() => rm(installed, { recursive: true }));

  const pouchd = (...args: string[]) => execa(join(installed, 'bin/pouchd'), args, { reject: false });

  it('fits the flags of bin/pouchd', async () => {
    const [firstLine = ''] = (await readFile(join(project, 'bin/pouchd'), 'utf8')).split('\n');
    const flags = firstLine.match(/--[\w-]+=\d+/g) ?? [];
    const { stdout } = await execa(
      'node',
      [...flags, '--import', 'tsx', '--input-type=module', '-e', tryCache],
      {
        cwd: project,
      },
    );
    assert.equal(stdout, 'true');
  });

  it('is of a program without import(), which a script with a cache cannot have', async () => {
    const source = await readFile(join(project, 'dist/bin/pouchd.cjs'), 'utf8');
    const calls = source.split('\n').filter((line) => /(^|[^.\w])import\(/.test(line));
    // A comment may name a type by `{import('…').Type}`, and a class may have a method of that name.
    const isOther = (line: string) => /^\s*(\*|(async )?import\([^()]*\) \{$)/.test(line);
    assert.deepEqual(
      calls.filter((line) => !isOther(line)),
      [],
    );
  });

  for (const [what, damage] of [
    ['damaged', async (path: string) => writeFile(path, (await readFile(path)).fill(0, 4096, 8192))],
    ['truncated', (path: string) => truncate(path, 4096)],
    ['of an old pouchd', (path: string) => writeFile(path.replace('.cache', ''), '//', { flag: 'a' })],
    ['missing', (path: string) => rm(path)],
  ] as const)
    it(`does not matter to a start if it is ${what}`, async () => {
      await damage(join(installed, cache));
      const { exitCode, stdout, stderr } = await pouchd('--version');
      assert.deepEqual([exitCode, stderr], [0, '']);
      assert.match(stdout, /^pouchd \d+\.\d+\.\d+$/);
      await cp(join(project, 'dist/bin'), join(installed, 'dist/bin'), { recursive: true });
    });
});
