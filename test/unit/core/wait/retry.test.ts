import assert from 'node:assert/strict';
import { retry, type RetryOptions } from '../../../../core/wait/retry.ts';

describe('a retry', () => {
  const options = (change: Partial<RetryOptions> = {}): RetryOptions => ({
    pausesMs: [0, 0],
    isWorthIt: () => true,
    signal: new AbortController().signal,
    ...change,
  });
  /** Fails so many times, then returns how often it was called. */
  const failing = (times: number) => {
    let calls = 0;
    return async () => {
      calls += 1;
      if (calls <= times) throw new Error(`failure ${calls}`);
      return calls;
    };
  };

  it('repeats the work until it succeeds', async () => {
    assert.equal(await retry(failing(2), options()), 3);
  });

  it('throws the last error after the last pause', async () => {
    await assert.rejects(retry(failing(9), options()), /failure 3/);
  });

  it('does not repeat work that another try cannot help', async () => {
    await assert.rejects(retry(failing(1), options({ isWorthIt: () => false })), /failure 1/);
  });

  it('ends with its signal', async () => {
    await assert.rejects(retry(failing(1), options({ signal: AbortSignal.abort() })), /failure 1/);
  });
});
