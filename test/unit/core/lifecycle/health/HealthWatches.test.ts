import assert from 'node:assert/strict';
import { HealthWatches } from '../../../../../core/lifecycle/health/HealthWatches.ts';
import { Deferred } from '../../../../../core/wait/Deferred.ts';
import { onAbort } from '../../../../../core/wait/onAbort.ts';

describe('watches of containers', () => {
  const untilAborted = (signal: AbortSignal) =>
    new Promise<void>((resolve) => onAbort(signal, () => resolve()));

  it('end with their container, and when it is watched anew', async () => {
    const watches = new HealthWatches();
    const signals: AbortSignal[] = [];
    const watch = (signal: AbortSignal) => {
      signals.push(signal);
      return untilAborted(signal);
    };
    watches.begin('one', watch);
    watches.begin('one', watch);
    watches.begin('two', watch);
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [true, false, false],
    );
    await Promise.resolve();
    watches.end('one');
    watches.end('none');
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [true, true, false],
    );
    await watches.endAll();
    assert.equal(signals[2]!.aborted, true);
  });

  it('are awaited when pouchd ends', async () => {
    const watches = new HealthWatches();
    const ended = new Deferred<void>();
    let isEnded = false;
    watches.begin('one', () => ended.promise);
    const all = watches.endAll().then(() => (isEnded = true));
    await Promise.resolve();
    assert.equal(isEnded, false);
    ended.resolve();
    await all;
  });
});
