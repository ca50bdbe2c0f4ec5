import { setFlagsFromString } from 'node:v8';
import { libcFunction } from '../../host/libc.ts';

/** The memory of the process, as far as transfers change it. */
export interface TransferMemory {
  /** How much the heap may grow between two full collections, in percent; 0: V8 decides. */
  setGrowth(percent: number): void;
  /** Returns free memory to the kernel. */
  trim(): void;
}

/** Saves 40 % of the CPU time of a pull, for 20 MB more memory while it runs (ADR 65). */
const transferPercent = 200;

/** V8 collects the last buffers after 8 seconds of rest. */
const defaultRestMs = 10_000;

/**
 * Adjusts the heap while many bytes are transferred. V8 counts their buffers as growth of the heap, so that by default
 * it marks all of the heap after every 20 MB, which takes more CPU time than the transfer and stops the event loop.
 * glibc keeps the memory of the buffers, also after V8 has freed them.
 */
export class Transfers {
  readonly #memory: TransferMemory;
  readonly #restMs: number;
  #running = 0;
  #rest: NodeJS.Timeout | undefined;

  constructor(memory: TransferMemory, restMs = defaultRestMs) {
    this.#memory = memory;
    this.#restMs = restMs;
  }

  /** To be called before a transfer. The returned function ends it; more than one call has no effect. */
  begin(): () => void {
    clearTimeout(this.#rest);
    if (this.#running++ === 0) this.#memory.setGrowth(transferPercent);
    let hasEnded = false;
    return () => {
      if (hasEnded) return;
      hasEnded = true;
      if (--this.#running === 0) this.#allEnded();
    };
  }

  #allEnded(): void {
    this.#memory.setGrowth(0);
    this.#rest = setTimeout(() => this.#memory.trim(), this.#restMs).unref();
  }
}

const mallocTrim = libcFunction('int malloc_trim(size_t pad)');

/** Those of this process. V8 reads the flag at the end of each full collection. */
export const transfers = new Transfers({
  setGrowth: (percent) => setFlagsFromString(`--heap-growing-percent=${percent}`),
  trim: () => mallocTrim(0),
});
