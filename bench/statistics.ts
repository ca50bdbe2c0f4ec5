/** Returns the quantile of the samples (nearest rank), NaN without samples. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

/** Returns the median of the samples, NaN without samples. */
export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const upper = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[upper]! : ((sorted[upper - 1] ?? NaN) + (sorted[upper] ?? NaN)) / 2;
}

export function summary(samples: readonly number[]): { median: number; min: number; p90: number } {
  return { median: median(samples), min: quantile(samples, 0), p90: quantile(samples, 0.9) };
}
