import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { heldAtMost, RotatingFile } from '../../../../core/io/log/RotatingFile.ts';
import { LogHolds } from '../../../../core/io/log/LogHolds.ts';
import { temporaryDirectory } from './helpers.ts';

describe('RotatingFile', () => {
  const directory = temporaryDirectory();
  let count = 0;
  let path = '';
  const read = (suffix = '') => readFileSync(`${path}${suffix}`, 'utf8');

  beforeEach(() => {
    path = join(directory, `${++count}.log`);
  });

  it('appends, and only its owner and group can read it', () => {
    const log = new RotatingFile(path, {});
    log.append(['a\n', 'b\n']);
    log.append(['c\n']);
    log.close();
    assert.equal(read(), 'a\nb\nc\n');
    assert.equal(statSync(path).mode & 0o027, 0);
  });

  it('creates no file before the first output', () => {
    new RotatingFile(path, {}).append([]);
    assert.equal(existsSync(path), false);
  });

  it('terminates a line that a crash truncated', () => {
    writeFileSync(path, 'whole\nhal');
    const log = new RotatingFile(path, {});
    log.append(['next\n']);
    log.close();
    assert.equal(read(), 'whole\nhal\nnext\n');
  });

  it('keeps max-file files of at most max-size', () => {
    const log = new RotatingFile(path, { maxSize: 10, maxFile: 3 });
    for (const line of ['1111\n', '2222\n', '3333\n', '4444\n', '5555\n', '6666\n', '7777\n'])
      log.append([line]);
    log.close();
    assert.deepEqual([read('.2'), read('.3'), read()], ['3333\n4444\n', '5555\n6666\n', '7777\n']);
    assert.equal(readdirSync(directory).filter((name) => name.startsWith(`${count}.log`)).length, 3);
  });

  it('rotates within one batch without splitting a line', () => {
    const log = new RotatingFile(path, { maxSize: 10, maxFile: 5 });
    log.append(['1111\n', '2222\n', '3333\n', 'a line longer than a file\n', 'z\n']);
    log.close();
    assert.deepEqual(
      [read('.1'), read('.2'), read('.3'), read()],
      ['1111\n2222\n', '3333\n', 'a line longer than a file\n', 'z\n'],
    );
  });

  it('removes several files when fewer are allowed than before', () => {
    for (const text of ['1111\n', '2222\n', '3333\n', '4444\n', '5555\n', '6666\n', '7777\n']) {
      const log = new RotatingFile(path, { maxSize: 10, maxFile: 5 });
      log.append([text]);
      log.close();
    }
    const log = new RotatingFile(path, { maxSize: 10, maxFile: 2 });
    log.append(['8888\n', '9999\n']);
    log.close();
    const rotated = readdirSync(directory).filter((name) => name.startsWith(`${count}.log.`));
    assert.deepEqual(rotated, [`${count}.log.4`]);
    assert.deepEqual([read('.4'), read()], ['7777\n8888\n', '9999\n']);
  });

  it('starts a new file with one file allowed', () => {
    const log = new RotatingFile(path, { maxSize: 10 });
    log.append(['1111\n', '2222\n', '3333\n']);
    log.close();
    assert.equal(read(), '3333\n');
    assert.equal(existsSync(`${path}.1`), false);
  });

  it('counts the files that existed before', () => {
    writeFileSync(path, '123456\n');
    const log = new RotatingFile(path, { maxSize: 10, maxFile: 2 });
    log.append(['7890\n']);
    log.close();
    assert.deepEqual([read('.1'), read()], ['123456\n', '7890\n']);
  });

  describe('with a reader', () => {
    const rotation = { maxSize: 10, maxFile: 2 };
    const rotated = () =>
      readdirSync(directory)
        .filter((name) => name.startsWith(`${count}.log.`))
        .sort();
    const line = (n: number) => `line ${String(n).padStart(4, '0')}\n`;

    function filled(holds: LogHolds, lines: number, size = rotation.maxSize): RotatingFile {
      const log = new RotatingFile(path, { ...rotation, maxSize: size }, holds);
      for (let n = 1; n <= lines; n++) log.append([line(n)]);
      return log;
    }

    it('keeps every file that the reader has not opened', () => {
      const holds = new LogHolds();
      holds.add('reader', undefined);
      const log = filled(holds, 5);
      assert.deepEqual(
        rotated(),
        [1, 2, 3, 4].map((n) => `${count}.log.${n}`),
      );
      assert.equal(holds.reached('reader', 3), 0);
      log.trim();
      assert.deepEqual(rotated(), [`${count}.log.4`]);
      log.close();
    });

    it('removes files when the reader ends', () => {
      const holds = new LogHolds();
      holds.add('reader', undefined);
      const log = filled(holds, 5);
      holds.remove('reader');
      log.trim();
      assert.deepEqual(rotated(), [`${count}.log.4`]);
      assert.equal(log.holdsSurplus, false);
      log.close();
    });

    it('removes files above a number of bytes, and reports that to the reader', () => {
      const holds = new LogHolds();
      holds.add('reader', 0);
      const big = `${'x'.repeat(heldAtMost.bytes / 4)}\n`;
      const log = new RotatingFile(path, rotation, holds);
      for (let n = 1; n <= 8; n++) log.append([big]);
      assert.deepEqual(
        rotated(),
        [4, 5, 6, 7].map((n) => `${count}.log.${n}`),
      );
      assert.equal(holds.reached('reader', 4), 3 * big.length);
      assert.equal(holds.reached('reader', 5), 0);
      log.close();
    });

    it('knows the number of each file by its inode', () => {
      const holds = new LogHolds();
      holds.add('reader', undefined);
      const log = filled(holds, 3);
      const numbers = ['.1', '.2', ''].map((suffix) =>
        log.numberOf(statSync(`${path}${suffix}`, { bigint: true }).ino),
      );
      assert.deepEqual(numbers, [1, 2, 3]);
      log.close();
    });

    it('counts what a reader missed while it was away for long', () => {
      const holds = new LogHolds();
      holds.add('reader', 0);
      for (let n = 1; n <= 1000; n++) holds.removed(n, 10);
      assert.equal(holds.reached('reader', 1001), 10_000);
      assert.equal(holds.reached('reader', 1002), 0);
    });
  });
});
