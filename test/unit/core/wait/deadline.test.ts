import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { happensWithin, withDeadline } from '../../../../core/wait/deadline.ts';
import { untilAborted } from '../../../../core/wait/untilAborted.ts';

const late = () => new Error('late');
const never = () => new Promise<never>(() => undefined);

describe('withDeadline', () => {
  it('resolves to the outcome of work that ends in time', async () => {
    assert.equal(await withDeadline({ ms: 1000, late }, () => Promise.resolve(7)), 7);
  });

  it('rejects when the deadline passes, and aborts the signal with the same error', async () => {
    let signal: AbortSignal | undefined;
    const work = withDeadline({ ms: 10, late }, (own) => {
      signal = own;
      return never();
    });
    const error = await work.catch((reason: unknown) => reason);
    assert.equal((error as Error).message, 'late');
    assert.equal(signal?.reason, error);
  });

  it('does not reject at an abort from outside: the work decides', async () => {
    const outside = new AbortController();
    const work = withDeadline({ ms: 1000, late, signal: outside.signal }, async (own) => {
      outside.abort('cancelled');
      await delay(10);
      return own.reason as unknown;
    });
    assert.equal(await work, 'cancelled');
  });

  it('leaves no listener on the signal from outside', async () => {
    const { signal } = new AbortController();
    for (let n = 0; n < 20; n++) await withDeadline({ ms: 1000, late, signal }, () => Promise.resolve());
    assert.ok(getEventListeners(signal, 'abort').length <= 1);
  });

  it('has no deadline with Infinity, or with more than a timer can wait for', async () => {
    for (const ms of [Infinity, 2 ** 40])
      assert.equal(await withDeadline({ ms, late }, () => delay(10, 'done')), 'done');
  });
});

describe('happensWithin', () => {
  it('resolves to whether the event fulfills in time', async () => {
    assert.equal(await happensWithin(Promise.resolve(), 1000), true);
    assert.equal(await happensWithin(never(), 10), false);
  });

  it('rejects with the reason of the event', async () => {
    await assert.rejects(happensWithin(Promise.reject(new Error('lost')), 1000), /lost/);
  });
});

describe('untilAborted', () => {
  it('rejects at once if the signal has aborted', async () => {
    await assert.rejects(untilAborted(never(), AbortSignal.abort(new Error('over'))), /over/);
  });
});
