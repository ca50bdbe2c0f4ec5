import assert from 'node:assert/strict';
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { placeFile, removeFile } from '../../../../../core/files/worker/placeFile.ts';
import { temporaryDirectory } from '../../temporaryDirectory.ts';

describe('placeFile', () => {
  const directory = temporaryDirectory();
  const path = () => join(directory.path, 'file');
  const own = { uid: process.getuid!(), gid: process.getgid!(), mode: 0o600 };
  const place = (replace = false) => placeFile({ path: path(), content: 'new', replace, ...own });

  const left = () => readdirSync(directory.path).sort();

  it('places, once, and removes', () => {
    place();
    place();
    assert.equal(readFileSync(path(), 'utf8'), 'new');
    removeFile(path());
    removeFile(path());
    assert.deepEqual(left(), []);
  });

  it('refuses an existing file; the removal then leaves it', () => {
    writeFileSync(path(), 'theirs');
    assert.throws(() => place(), { code: 'EEXIST' });
    removeFile(path());
    assert.deepEqual([left(), readFileSync(path(), 'utf8')], [['file'], 'theirs']);
  });

  it('replaces and restores', () => {
    writeFileSync(path(), 'theirs');
    place(true);
    assert.equal(readFileSync(path(), 'utf8'), 'new');
    removeFile(path());
    assert.deepEqual([left(), readFileSync(path(), 'utf8')], [['file'], 'theirs']);
  });

  it('an edit in place goes, a file that others have put there stays', () => {
    place();
    writeFileSync(path(), 'edited');
    removeFile(path());
    assert.deepEqual(left(), []);
    place();
    writeFileSync(`${path()}.other`, 'other');
    renameSync(`${path()}.other`, path());
    removeFile(path());
    assert.deepEqual([left(), readFileSync(path(), 'utf8')], [['file'], 'other']);
  });

  const hidden = (what: string) => join(directory.path, `.file.pouch${what}`);

  /** What a crash may leave of a replacement, in the order in which it can happen. */
  const crashes: Record<string, () => void> = {
    'the mark': () => writeFileSync(hidden(''), 'ne'),
    'the earlier name': () => {
      writeFileSync(hidden(''), 'new');
      linkSync(path(), hidden('-earlier'));
    },
    'the temporary name': () => {
      writeFileSync(hidden(''), 'new');
      linkSync(path(), hidden('-earlier'));
      linkSync(hidden(''), hidden('-new'));
    },
  };
  for (const [what, crash] of Object.entries(crashes))
    it(`cut off after ${what}: the removal leaves the earlier file, and it can be placed again`, () => {
      writeFileSync(path(), 'theirs');
      crash();
      removeFile(path());
      assert.deepEqual([left(), readFileSync(path(), 'utf8')], [['file'], 'theirs']);
      crash();
      place(true);
      assert.equal(readFileSync(path(), 'utf8'), 'new');
      removeFile(path());
      assert.deepEqual([left(), readFileSync(path(), 'utf8')], [['file'], 'theirs']);
    });

  it('a removal that was cut off is completed', () => {
    place();
    rmSync(path());
    removeFile(path());
    assert.deepEqual(left(), []);
  });
});
