import assert from 'node:assert/strict';
import { constants } from 'node:fs';
import { goMode, namesOf, timeText } from '../../../../../../core/files/worker/copy/paths.ts';

describe('facts of paths in containers', () => {
  it('have the mode of Go', () => {
    const { S_IFREG, S_IFDIR, S_IFLNK, S_IFCHR, S_IFBLK, S_IFIFO, S_IFSOCK } = constants;
    const modes: [number, number][] = [
      [S_IFREG | 0o644, 0o644],
      [S_IFREG | 0o4755, 8_389_101],
      [S_IFDIR | 0o755, 2_147_484_141],
      [S_IFDIR | 0o1777, 2_148_532_735],
      [S_IFLNK | 0o777, 134_218_239],
      [S_IFCHR | 0o666, 69_206_454],
      [S_IFBLK | 0o660, 67_109_296],
      [S_IFIFO | 0o600, 33_554_816],
      [S_IFSOCK | 0o2600, 20_971_904],
    ];
    for (const [mode, expected] of modes) assert.equal(goMode({ mode: BigInt(mode) }), expected);
  });

  it('have times with nanoseconds, also before 1970', () => {
    assert.equal(timeText(1_764_000_000_249_034_840n), '2025-11-24T16:00:00.24903484Z');
    assert.equal(timeText(1_764_000_000_000_000_000n), '2025-11-24T16:00:00Z');
    assert.equal(timeText(-500_000_000n), '1969-12-31T23:59:59.5Z');
  });

  it('count the steps that lead out', () => {
    assert.deepEqual(namesOf('/a/./b/../c'), { names: ['a', 'c'], above: 0 });
    assert.deepEqual(namesOf('a/../../b'), { names: ['b'], above: 1 });
    assert.deepEqual(namesOf('/'), { names: [], above: 0 });
  });
});
