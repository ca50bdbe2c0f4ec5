import { onAbort } from './onAbort.ts';

/**
 * Resolves to the outcome of `work`, unless `signal` aborts first.
 * @throws the signal's reason, or the error of `work`
 */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    work.then(resolve, reject).finally(onAbort(signal, abort));
  });
}
