import type { Metric, MetricDeclaration, MetricLabels } from '../../hooks/contributions/metric.ts';
import { longestLabelValue, mostCombinations } from '../../hooks/contributions/metric.ts';
import { PouchError } from '../../hooks/errors.ts';

export interface Sample {
  readonly labels: MetricLabels;
  value: number;
}

/** Combinations of labels that the metrics of one plugin may have together, from now on. */
export interface Room {
  left: number;
}

interface SeriesOptions {
  /** Called once, when labels have too many values. */
  readonly onFull?: () => void;
  readonly room?: Room;
}

/** A counter or gauge with its values by labels. */
export class Series implements Metric {
  readonly declaration: MetricDeclaration;
  readonly #samples = new Map<string, Sample>();
  readonly #onFull: () => void;
  readonly #room: Room;
  #isFull = false;

  constructor(
    declaration: MetricDeclaration,
    { onFull = () => undefined, room = { left: Infinity } }: SeriesOptions = {},
  ) {
    this.declaration = declaration;
    this.#onFull = onFull;
    this.#room = room;
  }

  get samples(): readonly Sample[] {
    return [...this.#samples.values()];
  }

  /** Returns whether there was room for it. */
  add(amount = 1, labels: MetricLabels = {}): boolean {
    const { type } = this.declaration;
    if (!Number.isFinite(amount) || (type === 'counter' && amount < 0))
      throw this.#contract(`a ${type} cannot add ${String(amount)}`);
    return this.#change(labels, (value) => value + amount);
  }

  /** Returns whether there was room for it. */
  set(value: number, labels: MetricLabels = {}): boolean {
    if (this.declaration.type === 'counter') throw this.#contract('a counter cannot be set; use add');
    if (!Number.isFinite(value))
      throw this.#contract(
        `expected a finite number, found ${typeof value === 'number' ? value : typeof value}`,
      );
    return this.#change(labels, () => value);
  }

  clear(labels?: MetricLabels): void {
    if (this.declaration.type === 'counter') throw this.#contract('a counter cannot be cleared');
    const before = this.#samples.size;
    if (labels) this.#samples.delete(this.#keyOf(labels));
    else this.#samples.clear();
    this.#room.left += before - this.#samples.size;
  }

  #change(labels: MetricLabels, next: (value: number) => number): boolean {
    const key = this.#keyOf(labels);
    const known = this.#samples.get(key);
    const value = next(known?.value ?? 0);
    if (!Number.isFinite(value)) throw this.#contract('its value is too large');
    if (known) known.value = value;
    else if (this.#samples.size < mostCombinations && this.#room.left > 0) this.#begin(key, value);
    else return this.#dropped();
    return true;
  }

  #begin(key: string, value: number): void {
    const { labels: names = [] } = this.declaration;
    const values = JSON.parse(key) as string[];
    const labels = Object.fromEntries(names.map((name, i) => [name, values[i]!]));
    this.#samples.set(key, { labels, value });
    this.#room.left -= 1;
  }

  #dropped(): false {
    if (!this.#isFull) this.#onFull();
    this.#isFull = true;
    return false;
  }

  #keyOf(labels: MetricLabels): string {
    const { labels: names = [] } = this.declaration;
    const unknown = Object.keys(labels).find((name) => !names.includes(name));
    if (unknown !== undefined)
      throw this.#contract(`it has no label ${unknown}; declared are ${names.join(', ') || 'none'}`);
    const values = names.map((name) => (Object.hasOwn(labels, name) ? String(labels[name]) : ''));
    const long = names.find((_, i) => values[i]!.length > longestLabelValue);
    if (long !== undefined)
      throw this.#contract(
        `expected values of at most ${longestLabelValue} characters for the label ${long}`,
      );
    return JSON.stringify(values);
  }

  #contract(problem: string): PouchError {
    return new PouchError('PCH_PLUGIN_CONTRACT', `metric ${this.declaration.name}: ${problem}`);
  }
}
