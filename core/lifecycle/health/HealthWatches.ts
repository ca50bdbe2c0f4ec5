import { availableParallelism } from 'node:os';
import { happensWithin } from '../../wait/deadline.ts';
import { Slots } from '../../wait/Slots.ts';

/** Milliseconds that the daemon waits at its end for probes that it has killed. */
const endMs = 2_000;

/** The containers whose health is watched. */
export class HealthWatches {
  /**
   * Probes that are being started. Each start takes a CPU for some time: at most half of them, and probes are late
   * where there are too many, rather than everything else.
   */
  readonly starts = new Slots(Math.max(1, Math.floor(availableParallelism() / 2)));
  readonly #ends = new Map<string, AbortController>();
  readonly #running = new Set<Promise<unknown>>();

  /** Watches a container until `end`; `watch` ends when its signal aborts. An earlier watch ends. */
  begin(container: string, watch: (signal: AbortSignal) => Promise<void>): void {
    this.end(container);
    const controller = new AbortController();
    this.#ends.set(container, controller);
    const running = watch(controller.signal).finally(() => {
      this.#running.delete(running);
      if (this.#ends.get(container) === controller) this.#ends.delete(container);
    });
    this.#running.add(running);
  }

  end(container: string): void {
    this.#ends.get(container)?.abort();
    this.#ends.delete(container);
  }

  /** Ends all. Resolves when their probes have ended, if they do soon. */
  async endAll(): Promise<void> {
    for (const container of [...this.#ends.keys()]) this.end(container);
    await happensWithin(Promise.allSettled([...this.#running]), endMs);
  }
}
