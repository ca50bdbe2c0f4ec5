import type { TapTrace } from '../plugins/index.ts';
import { Series } from './Series.ts';

/** Counts the calls of taps. */
export class HookMetrics {
  readonly #calls = new Series({
    name: 'pouch_hook_calls_total',
    doc: 'Calls of taps by their outcome: ok, failed, skipped, degraded, or open for a circuit breaker that kept it from being called.',
    type: 'counter',
    labels: ['plugin', 'hook', 'outcome'],
  });
  readonly #seconds = new Series({
    name: 'pouch_hook_seconds_total',
    doc: 'Seconds that calls of taps have taken.',
    type: 'counter',
    labels: ['plugin', 'hook'],
  });

  get all(): readonly Series[] {
    return [this.#calls, this.#seconds];
  }

  note({ plugin, hook, outcome, ms }: TapTrace): void {
    this.#calls.add(1, { plugin, hook, outcome });
    this.#seconds.add(ms / 1000, { plugin, hook });
  }
}
