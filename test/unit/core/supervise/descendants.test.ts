import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { descendantsOf } from '../../../../core/supervise/descendants.ts';

describe('the descendants of a process', () => {
  it('are its children and their descendants, without itself', async () => {
    const parent = spawn('sh', ['-c', 'sh -c "sleep 1000 & echo; wait" & wait'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(parent.stdout, 'data');
    const found = await descendantsOf(parent.pid!);
    try {
      assert.equal(found.length, 2);
      assert.ok(found.every(({ pid }) => pid !== parent.pid));
    } finally {
      for (const { pid } of found) process.kill(pid, 'SIGKILL');
      parent.kill('SIGKILL');
    }
  });

  it('of a process that does not exist are an empty list', async () => {
    assert.deepEqual(await descendantsOf(2 ** 22 + 1), []);
  });
});
