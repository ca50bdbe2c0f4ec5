import assert from 'node:assert/strict';
import { namesText } from '../../../../cli/containers/stopProgress.ts';
import { unitsOf } from '../../../../cli/containers/waitingFor.ts';

describe('what a stop waits for', () => {
  it('is the units of systemd that are stopping', () => {
    const jobs =
      '168 mariadb.service stop running\n 97 umount.target start waiting\n100 tmp.mount stop waiting\n';
    assert.deepEqual(unitsOf(jobs), ['mariadb.service']);
    assert.deepEqual(unitsOf(''), []);
  });

  it('is not what a container prints to forge output', () => {
    assert.deepEqual(
      unitsOf('1 a\u001b[2J.service stop running\n2 b;rm stop running\nNo jobs running.\n'),
      [],
    );
  });

  it('is named, a few at most', () => {
    assert.equal(namesText([]), 'waiting');
    assert.equal(namesText(['a', 'b']), 'waiting for a, b');
    assert.equal(namesText(['a', 'b', 'c', 'd', 'e']), 'waiting for a, b, c and 2 more');
  });
});
