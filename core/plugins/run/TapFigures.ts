/** Steps per doubling: a value is at most 9 % away from what its bucket stands for. */
const perOctave = 4;
/** From 1 µs to 2^30 µs, 18 minutes. */
const buckets = 30 * perOctave;

/**
 * Counts the calls of one tap and their times, in a histogram of fixed size: 500 bytes, and no memory per call. Times
 * are milliseconds.
 */
export class TapFigures {
  calls = 0;
  /** Calls that failed, whatever their policy made of it. */
  errors = 0;
  /** Calls that an open circuit breaker left out; they are not among `calls`. */
  leftOut = 0;
  maxMs = 0;
  lastError: string | undefined;
  readonly #counts = new Uint32Array(buckets);

  add(ms: number, error: string | undefined): void {
    this.calls += 1;
    if (ms > this.maxMs) this.maxMs = ms;
    const steps = ms > 0.001 ? Math.floor(Math.log2(ms * 1000) * perOctave) : 0;
    const bucket = Math.min(buckets - 1, steps);
    this.#counts[bucket] = this.#counts[bucket]! + 1;
    if (error === undefined) return;
    this.errors += 1;
    this.lastError = error;
  }

  /** The time that a share of the calls does not exceed; undefined without calls. @param share from 0 to 1 */
  quantile(share: number): number | undefined {
    return quantileOf([this], share);
  }

  /** Calls per bucket. */
  get counts(): Uint32Array {
    return this.#counts;
  }
}

/** The same over the calls of several taps. */
export function quantileOf(figures: readonly TapFigures[], share: number): number | undefined {
  const calls = figures.reduce((sum, one) => sum + one.calls, 0);
  if (calls === 0) return undefined;
  let left = Math.max(1, Math.ceil(calls * share));
  for (let bucket = 0; bucket < buckets; bucket++) {
    for (const { counts } of figures) left -= counts[bucket]!;
    if (left <= 0) return Math.min(middleOf(bucket), Math.max(...figures.map(({ maxMs }) => maxMs)));
  }
  return undefined;
}

function middleOf(bucket: number): number {
  return 2 ** ((bucket + 0.5) / perOctave) / 1000;
}
