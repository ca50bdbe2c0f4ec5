import { AsyncLocalStorage } from 'node:async_hooks';

/** Part of the time that a call of a plugin has left, for a call which it makes: an error of that comes in time. */
const share = 0.9;

const ends = new AsyncLocalStorage<number>();

/** Calls a plugin. @param end when it must have ended, by performance.now() */
export function endingAt<T>(end: number, call: () => T): T {
  return ends.run(end, call);
}

/** Milliseconds for what the current call of a plugin waits for, at least 1. @param mostMs without a call too */
export function msWithinCall(mostMs: number): number {
  const end = ends.getStore() ?? Infinity;
  return Math.max(1, Math.floor(Math.min(mostMs, (end - performance.now()) * share)));
}
