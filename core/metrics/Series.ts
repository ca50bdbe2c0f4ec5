import type { Metric, MetricDeclaration, MetricLabels } from '../../hooks/contributions/metric.ts';
import { PouchError } from '../../hooks/errors.ts';

/** Combinations of labels of one metric. */
const mostSeries = 1000;

export interface Sample {
  readonly labels: MetricLabels;
  value: number;
}

/** A counter or gauge with its values by labels. */
export class Series implements Metric {
  readonly declaration: MetricDeclaration;
  readonly #samples = new Map<string, Sample>();
  /** Called once, when labels have too many values. */
  readonly #onFull: () => void;
  #isFull = false;

  constructor(declaration: MetricDeclaration, onFull: () => void = () => undefined) {
    this.declaration = declaration;
    this.#onFull = onFull;
  }

  get samples(): readonly Sample[] {
    return [...this.#samples.values()];
  }

  add(amount = 1, labels: MetricLabels = {}): void {
    const { type } = this.declaration;
    if (!Number.isFinite(amount) || (type === 'counter' && amount < 0))
      throw this.#contract(`a ${type} cannot add ${String(amount)}`);
    const sample = this.#sample(labels);
    if (sample) sample.value += amount;
  }

  set(value: number, labels: MetricLabels = {}): void {
    if (this.declaration.type === 'counter') throw this.#contract('a counter cannot be set; use add');
    if (typeof value !== 'number') throw this.#contract(`expected a number, found ${typeof value}`);
    const sample = this.#sample(labels);
    if (sample) sample.value = value;
  }

  #sample(labels: MetricLabels): Sample | undefined {
    const names = this.declaration.labels ?? [];
    const unknown = Object.keys(labels).find((name) => !names.includes(name));
    if (unknown !== undefined)
      throw this.#contract(`it has no label ${unknown}; declared are ${names.join(', ') || 'none'}`);
    const values = names.map((name) => String(labels[name] ?? ''));
    const key = JSON.stringify(values);
    const known = this.#samples.get(key);
    if (known || this.#samples.size < mostSeries) {
      const sample = known ?? {
        labels: Object.fromEntries(names.map((name, i) => [name, values[i]!])),
        value: 0,
      };
      this.#samples.set(key, sample);
      return sample;
    }
    if (!this.#isFull) this.#onFull();
    this.#isFull = true;
    return undefined;
  }

  #contract(problem: string): PouchError {
    return new PouchError('PCH_PLUGIN_CONTRACT', `metric ${this.declaration.name}: ${problem}`);
  }
}
