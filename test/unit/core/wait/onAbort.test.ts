import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { linkedAbort } from '../../../../core/wait/linkedAbort.ts';
import { onAbort } from '../../../../core/wait/onAbort.ts';

describe('a wait for an abort', () => {
  it('adds one listener to the signal, however many wait', () => {
    const { signal, abort } = controller();
    const called: number[] = [];
    for (let n = 0; n < 100; n++) onAbort(signal, () => called.push(n));
    const links = [...Array(100)].map(() => linkedAbort(signal));
    assert.equal(getEventListeners(signal, 'abort').length, 1);
    abort('over');
    assert.equal(called.length, 100);
    for (const { controller: linked } of links) assert.equal(linked.signal.reason, 'over');
  });

  it('ends when it is removed', () => {
    const { signal, abort } = controller();
    let calls = 0;
    const listener = () => (calls += 1);
    const forget = onAbort(signal, listener);
    onAbort(signal, listener);
    forget();
    abort();
    assert.equal(calls, 1);
  });

  function controller() {
    const made = new AbortController();
    return { signal: made.signal, abort: (reason?: unknown) => made.abort(reason) };
  }
});
