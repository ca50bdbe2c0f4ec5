import { Deferred } from './Deferred.ts';
import { onAbort } from './onAbort.ts';

/**
 * Resolves after some milliseconds, or once the signal has aborted. Unlike the timers of Node it adds no listener to a
 * signal that many share, of which Node warns from the eleventh on.
 */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const passed = new Deferred<void>();
  const timer = setTimeout(() => passed.resolve(), ms);
  const unlisten = onAbort(signal, () => passed.resolve());
  await passed.promise;
  clearTimeout(timer);
  unlisten();
}
