import assert from 'node:assert/strict';
import { Waiters } from '../../../../../core/lifecycle/shared/Waiters.ts';

describe('waiting for the end of a container', () => {
  it('reaches every caller that waits, and none that comes later', async () => {
    const waiters = new Waiters();
    const waiting = [waiters.next('exit', 'c1'), waiters.next('exit', 'c1')];
    waiters.settle('exit', 'c1', { exitCode: 7 });
    assert.deepEqual(await Promise.all(waiting), [{ exitCode: 7 }, { exitCode: 7 }]);
    const later = waiters.next('exit', 'c1');
    waiters.settle('exit', 'c1', { exitCode: 8 });
    assert.deepEqual(await later, { exitCode: 8 });
  });

  it('distinguishes exits, removals and containers', async () => {
    const waiters = new Waiters();
    const removal = waiters.next('removal', 'c1');
    waiters.settle('exit', 'c1', { exitCode: 1 });
    waiters.settle('removal', 'c2', { exitCode: 2 });
    waiters.settle('removal', 'c1', { exitCode: 3 });
    assert.deepEqual(await removal, { exitCode: 3 });
  });

  it('is given up by a signal, before or while', async () => {
    const waiters = new Waiters();
    await assert.rejects(waiters.next('exit', 'c1', AbortSignal.abort()), { code: 'PCH_CANCELLED' });
    const given = new AbortController();
    const wait = waiters.next('exit', 'c1', given.signal);
    given.abort();
    await assert.rejects(wait, { code: 'PCH_CANCELLED' });
    waiters.settle('exit', 'c1', { exitCode: 0 });
  });
});
