import assert from 'node:assert/strict';
import { settleAll } from '../../../../core/wait/settleAll.ts';

describe('settleAll', () => {
  it('throws a failure only after the others have ended', async () => {
    let hasEnded = false;
    const slow = new Promise<void>((resolve) =>
      setImmediate(() => {
        hasEnded = true;
        resolve();
      }),
    );
    await assert.rejects(settleAll([Promise.reject(new Error('disk full')), slow]), /disk full/);
    assert.ok(hasEnded);
  });

  it('resolves if none fails', async () => {
    await settleAll([Promise.resolve(1), Promise.resolve(2)]);
  });
});
