import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from '../../../../core/state/durable.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';

describe('a durable write', () => {
  const directory = temporaryDirectory();
  const path = () => join(directory.path, 'config.json');
  const content = () => readFileSync(path(), 'utf8');

  it('of the same file at the same time: each succeeds, and the last call wins', async () => {
    const texts = Array.from({ length: 20 }, (_, n) => String(n).repeat(1000 * (20 - n)));
    await Promise.all(texts.map((text) => writeDurably(path(), text)));
    assert.equal(content(), texts.at(-1));
    assert.deepEqual(readdirSync(directory.path), ['config.json']);
  });

  it('replaces the leftovers of a crash', async () => {
    writeFileSync(`${path()}.new`, 'half of it, and much longer than what comes next');
    await writeDurably(path(), 'whole');
    assert.equal(content(), 'whole');
    assert.deepEqual(readdirSync(directory.path), ['config.json']);
  });

  it('that fails leaves the old file and no temporary one, and does not block the next', async () => {
    await writeDurably(path(), 'old');
    mkdirSync(`${path()}.new`);
    await assert.rejects(writeDurably(path(), 'new'), { code: 'EISDIR' });
    assert.equal(content(), 'old');
    rmSync(`${path()}.new`, { recursive: true });
    await writeDurably(path(), 'new');
    assert.equal(content(), 'new');
  });
});
