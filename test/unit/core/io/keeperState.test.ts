import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeConfig, saveConfig, savedConfigs } from '../../../../core/io/keeper/state.ts';
import { messageOf } from '../../../../hooks/errors.ts';

describe("the log keeper's state files", () => {
  let ioDir = '';
  const good = { container: 'good', tty: false, logPath: '/log', maxSize: 1000, maxFile: 3 };
  const pathOf = (container: string) => join(ioDir, container, 'io.json');

  beforeEach(() => {
    ioDir = mkdtempSync(join(tmpdir(), 'pouch-io-'));
    for (const container of ['good', 'other']) mkdirSync(join(ioDir, container));
    saveConfig(ioDir, good);
  });
  afterEach(() => rmSync(ioDir, { recursive: true }));

  function read() {
    const problems: string[] = [];
    const found = savedConfigs(ioDir, (container, error) =>
      problems.push(`${container}: ${messageOf(error)}`),
    );
    return { found, problems };
  }

  it('have what was saved until they are removed', () => {
    assert.deepEqual(read(), { found: [good], problems: [] });
    assert.equal((JSON.parse(readFileSync(pathOf('good'), 'utf8')) as { version: number }).version, 1);
    removeConfig(ioDir, 'good');
    assert.deepEqual(read(), { found: [], problems: [] });
  });

  it('of an earlier version, without a version, are read', () => {
    writeFileSync(pathOf('good'), JSON.stringify(good));
    assert.deepEqual(read().found, [good]);
  });

  const damages: Record<string, [() => void, RegExp]> = {
    empty: [() => writeFileSync(pathOf('other'), ''), /expected JSON, found nothing/],
    null: [() => writeFileSync(pathOf('other'), 'null'), /expected an object, found null/],
    'an empty object': [() => writeFileSync(pathOf('other'), '{}'), /container: expected/],
    'of another container': [
      () => writeFileSync(pathOf('other'), JSON.stringify(good)),
      /container: expected other, found "good"/,
    ],
    'of the wrong type': [
      () => writeFileSync(pathOf('other'), '{"container":"other","tty":"no"}'),
      /tty: expected boolean, found "no"/,
    ],
    'of a later version': [() => writeFileSync(pathOf('other'), '{"version":9}'), /a newer Pouch/],
    'too large': [() => writeFileSync(pathOf('other'), ' '.repeat(2 << 20)), /expected at most/],
    'a directory': [() => mkdirSync(pathOf('other')), /expected a regular file/],
    'a FIFO': [() => execFileSync('mkfifo', [pathOf('other')]), /expected a regular file/],
  };
  for (const [what, [damage, problem]] of Object.entries(damages)) {
    it(`that are ${what} are reported and do not hide others`, () => {
      damage();
      const { found, problems } = read();
      assert.deepEqual(found, [good]);
      assert.match(problems.join(), problem);
      assert.match(problems.join(), /^other: /);
    });
  }
});
