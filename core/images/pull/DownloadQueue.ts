import PQueue from 'p-queue';

/** Milliseconds between two measurements of the rate. */
const probeMs = 100;

/**
 * Bytes per millisecond (40 MB/s) above which this host limits the rate of a connection, not the network. More
 * connections would only make all layers end at the same time, with none to unpack meanwhile.
 */
const fastRate = 40_000;

/** One layer's blob is downloaded while another is written to disk. */
const fastParallel = 2;

/**
 * Downloads in order, two at a time while the network is fast and more once it is slow. So the lowest layer is
 * complete early and is unpacked during the other downloads.
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

  /** `work` calls `received` with the number of bytes of each chunk. */
  add<T>(work: (received: (bytes: number) => void) => Promise<T>): Promise<T> {
    return this.#queue.add(() => work((bytes) => (this.#bytes += bytes))) as Promise<T>;
  }

  /** Number of downloads that have not begun. */
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
