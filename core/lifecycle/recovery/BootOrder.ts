import { linkedAbort } from '../../wait/linkedAbort.ts';
import { pause } from '../../wait/pause.ts';

/** Milliseconds that containers wait for those before them: one that never comes up must not keep others down. */
const longestMs = 120_000;

/** The order in which a daemon starts the containers that did not outlive the last one: after a boot of the host. */
export class BootOrder {
  /** Of those that are expected and not up yet: what they come after, by id. */
  readonly #expected = new Map<string, number>();
  /** Ends the pause of each container that waits for its turn. */
  readonly #wake = new Set<() => void>();

  /** A container that may be started. Those of a higher order wait until it is settled. */
  expect(id: string, order: number): void {
    this.#expected.set(id, order);
  }

  has(id: string): boolean {
    return this.#expected.has(id);
  }

  /** It is up, has failed, or is not started. */
  settled(id: string): void {
    if (!this.#expected.delete(id)) return;
    for (const wake of this.#wake) wake();
  }

  /** Resolves when all of a lower order are settled. */
  async turnOf(id: string, signal: AbortSignal): Promise<void> {
    const deadline = performance.now() + longestMs;
    const order = this.#expected.get(id) ?? 0;
    while (!signal.aborted && [...this.#expected.values()].some((other) => other < order)) {
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) return;
      await this.#pause(leftMs, signal);
    }
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    const { controller, unlink } = linkedAbort(signal);
    const wake = () => controller.abort();
    this.#wake.add(wake);
    await pause(ms, controller.signal);
    this.#wake.delete(wake);
    unlink();
  }
}
