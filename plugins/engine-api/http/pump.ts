/** Writes chunks to a client no faster than it reads: memory holds one chunk beyond the socket's buffer. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';

/**
 * Writes each item and waits for the sink to drain. Resolves without an error when the signal aborts, which means
 * that the client has disconnected.
 */
export async function pump<T>(
  source: AsyncIterable<T>,
  sink: Writable,
  encode: (item: T) => Buffer | string,
  signal: AbortSignal,
): Promise<void> {
  for await (const item of untilAborted(source, signal)) {
    if (!sink.write(encode(item))) await drained(sink, signal);
  }
}

async function drained(sink: Writable, signal: AbortSignal): Promise<void> {
  if (signal.aborted || sink.destroyed) return;
  await once(sink, 'drain', { signal }).catch((error: unknown) => {
    if (!signal.aborted && !sink.destroyed) throw error;
  });
}

/** Yields items until the source ends or the signal aborts, even if the source hangs. */
export async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  const aborted = whenAborted(signal);
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), aborted.promise]);
      if (next === undefined || next.done) return;
      yield next.value;
    }
  } finally {
    aborted.forget();
    // Not awaited: a generator that waits for its next item settles `return` only after that item.
    iterator.return?.().catch(() => undefined);
  }
}

/** Returns a promise that resolves to undefined on abort, and a function that removes its listener. */
function whenAborted(signal: AbortSignal): { promise: Promise<undefined>; forget: () => void } {
  let settle: () => void = () => undefined;
  const promise = new Promise<undefined>((resolve) => (settle = () => resolve(undefined)));
  if (signal.aborted) settle();
  signal.addEventListener('abort', settle, { once: true });
  const forget = (): void => {
    signal.removeEventListener('abort', settle);
    settle();
  };
  return { promise, forget };
}
