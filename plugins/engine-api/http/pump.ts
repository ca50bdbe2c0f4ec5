/** Writes items to a client no faster than it reads: memory holds `mostBytes` beyond the buffer of the socket. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** Bytes that are written at once. */
const mostBytes = 64 * 1024;

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
  const writes = new Writes(sink);
  try {
    for await (const item of untilAborted(source, signal)) {
      writes.add(encode(item));
      if (writes.isFull) await drained(sink, signal);
    }
  } finally {
    writes.flush();
  }
}

/** Joins what a source yields at once: a write costs as much as encoding some hundred lines of a log. */
class Writes {
  readonly #sink: Writable;
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(sink: Writable) {
    this.#sink = sink;
  }

  get isFull(): boolean {
    return this.#sink.writableNeedDrain;
  }

  add(chunk: Buffer | string): void {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    // Runs once the source waits for something.
    if (this.#bytes === 0) process.nextTick(() => this.flush());
    this.#chunks.push(bytes);
    this.#bytes += bytes.length;
    if (this.#bytes >= mostBytes) this.flush();
  }

  flush(): void {
    const [chunks, bytes] = [this.#chunks, this.#bytes];
    [this.#chunks, this.#bytes] = [[], 0];
    if (bytes === 0 || this.#sink.destroyed || this.#sink.writableEnded) return;
    this.#sink.write(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, bytes));
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
  const end: IteratorResult<T> = { done: true, value: undefined };
  // Not Promise.race with one promise of the abort: that would keep each result until the abort.
  let stop: () => void = () => undefined;
  const abort = () => stop();
  signal.addEventListener('abort', abort, { once: true });
  try {
    for (;;) {
      const next = await new Promise<IteratorResult<T>>((resolve, reject) => {
        stop = () => resolve(end);
        if (signal.aborted) return stop();
        iterator.next().then(resolve, reject);
      });
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', abort);
    // Not awaited: a generator that waits for its next item settles `return` only after that item.
    iterator.return?.().catch(() => undefined);
  }
}
