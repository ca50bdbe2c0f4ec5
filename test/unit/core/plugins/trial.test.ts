import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryFiles } from '../../../../core/plugins/trial/tryFiles.ts';
import { entry, load } from './support/load.ts';

const command = [process.execPath, '--import', 'tsx', 'bin/pouch-plugin-trial.ts'];

describe('a trial of plugin files', function () {
  this.timeout(60_000);
  let directory = '';
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'pouch-trial-'));
  });
  after(() => rmSync(directory, { recursive: true }));

  function write(name: string, text: string): string {
    const path = join(directory, `${name}.mjs`);
    writeFileSync(path, text, { mode: 0o644 });
    return path;
  }

  const plain = (name: string) => `export default { name: '${name}', setup() {} };`;

  it('finds the files that end or hang the process that loads them', async () => {
    const files = {
      good: write('good', plain('good')),
      // Its exception is reported by the load itself.
      throws: write('throws', `throw new Error('at import'); ${plain('throws')}`),
      waits: write('waits', `await new Promise(() => {}); ${plain('waits')}`),
      exits: write('exits', `process.exit(0); ${plain('exits')}`),
      crashes: write('crashes', `process.kill(process.pid, 'SIGSEGV'); ${plain('crashes')}`),
      other: write('other', plain('other')),
    };
    const errors = await tryFiles(Object.values(files), { command, timeoutMs: 20_000 });
    const seen = Object.entries(files).map(([name, path]) => [name, errors.get(path)?.message]);
    const loads = (file: string, how: string) =>
      `plugin file ${file} ends the process that loads it (${how})`;
    assert.deepEqual(
      seen.filter(([, message]) => message !== undefined),
      [
        ['waits', `loading ${files.waits} did not end within 20000 ms`],
        ['exits', loads(files.exits, 'exit code 0')],
        ['crashes', loads(files.crashes, 'SIGSEGV')],
      ],
    );
  });

  it('ends one that computes forever, and what it has started', async () => {
    const spins = write('spins', `for (;;);`);
    const errors = await tryFiles([spins], { command, timeoutMs: 3_000 });
    assert.match(errors.get(spins)?.message ?? '', /spins\.mjs did not end within 3000 ms/);
  });

  it('comes before the load: such a plugin is quarantined, and the rest works', async () => {
    const paths = [write('exits', `process.exit(3); ${plain('exits')}`), write('good', plain('good'))];
    const entries = paths.map((path) => entry({ path }));
    const { generation } = await load([], { entries, trialCommand: command });
    assert.deepEqual(
      generation.plugins.map(({ name, state }) => [name, state]),
      [
        ['exits', 'quarantined'],
        ['good', 'active'],
      ],
    );
    assert.match(generation.plugins[0]?.error ?? '', /ends the process that loads it \(exit code 3\)/);
  });
});
