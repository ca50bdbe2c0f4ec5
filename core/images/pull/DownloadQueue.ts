import PQueue from 'p-queue';

/** Milliseconds between two looks at the rate. */
const probeMs = 100;

/**
 * Bytes per millisecond (40 MB/s) from which one connection is limited by this host and not by the line. More of them
 * would only make all layers end at the same time, and nothing could be unpacked meanwhile.
 */
const fastRate = 40_000;

/** While one layer's blob is written to disk, the next one already comes. */
const fastParallel = 2;

/**
 * Downloads in order: two at a time while the line is fast, more from the moment that it is not. So the lowest layer is
 * there early and is unpacked while the others come.
 */
export class DownloadQueue {
  readonly #queue: PQueue;
  readonly #timer: NodeJS.Timeout;
  #bytes = 0;

  constructor(maxParallel: number) {
    this.#queue = new PQueue({ concurrency: Math.min(fastParallel, maxParallel) });
    this.#timer = setInterval(() => {
      if (this.#bytes < fastRate * probeMs) this.#widen(maxParallel);
      this.#bytes = 0;
    }, probeMs);
  }

  /** `work` calls `received` with each number of bytes that came. */
  add<T>(work: (received: (bytes: number) => void) => Promise<T>): Promise<T> {
    return this.#queue.add(() => work((bytes) => (this.#bytes += bytes))) as Promise<T>;
  }

  /** Downloads that have not begun. */
  get waiting(): number {
    return this.#queue.size;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #widen(maxParallel: number): void {
    this.#queue.concurrency = maxParallel;
    clearInterval(this.#timer);
  }
}
