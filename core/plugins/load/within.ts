import { createContext, Script } from 'node:vm';
import { PouchError } from '../../../hooks/errors.ts';
import { withDeadline } from '../../wait/deadline.ts';

/**
 * The outcome of `run`, or the deadline's error if that comes first; a later outcome is dropped.
 * @throws PCH_DEADLINE
 */
export async function within<T>(timeoutMs: number, what: string, run: () => Promise<T>): Promise<T> {
  return await withDeadline({ ms: timeoutMs, late: () => lateBy(timeoutMs, what) }, run);
}

/**
 * The same, and interrupts `run` if it computes for that long before its first `await`: the deadline of code that is
 * not ours. Node watches it from another thread; half a millisecond per call.
 * @throws PCH_DEADLINE
 */
export async function interruptedAfter<T>(
  timeoutMs: number,
  what: string,
  run: () => T | Promise<T>,
): Promise<T> {
  return await within(timeoutMs, what, async () => {
    try {
      return await interruptible(timeoutMs, run);
    } catch (error) {
      throw isInterrupt(error) ? lateBy(timeoutMs, what) : error;
    }
  });
}

export function lateBy(timeoutMs: number, what: string): PouchError {
  return new PouchError('PCH_DEADLINE', `${what} did not end within ${timeoutMs} ms`, {
    hint: 'do slow work in the background, and wait for nothing that may never come',
  });
}

const call = new Script('run()');
let context: { run?: () => unknown } | undefined;

function interruptible<T>(timeout: number, run: () => T): T {
  context ??= createContext({}) as { run?: () => unknown };
  context.run = run;
  return call.runInContext(context, { timeout, displayErrors: false }) as T;
}

function isInterrupt(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}
