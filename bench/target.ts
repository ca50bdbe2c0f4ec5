import type { Series } from './measure.ts';
import { median } from './statistics.ts';

/** A target of a case and the measured value. */
export interface Target {
  /** What is measured: `pouch : docker`. */
  subject: string;
  /** NaN if it could not be measured. */
  value: number;
  /** The maximum value that meets the target; undefined for information only. */
  limit: number | undefined;
  unit: '×' | Series['unit'];
}

export type Verdict = 'met' | 'MISS' | 'NOT MEASURED' | '';

export function verdict({ value, limit }: Target): Verdict {
  if (limit === undefined) return '';
  if (Number.isNaN(value)) return 'NOT MEASURED';
  return value <= limit ? 'met' : 'MISS';
}

/** Compares the median of a series to the lowest median of its peers. */
export function ratioTarget(
  series: readonly Series[],
  own: string,
  peers: readonly string[],
  limit?: number,
): Target {
  const fastest = series
    .filter(({ name, samples }) => peers.includes(name) && samples.length > 0)
    .toSorted((a, b) => median(a.samples) - median(b.samples))[0];
  const value = fastest ? medianOf(series, own) / median(fastest.samples) : NaN;
  return { subject: `${own} : ${fastest?.name ?? peers.join(' or ')}`, value, limit, unit: '×' };
}

/** Compares the median of a series to a fixed limit. */
export function limitTarget(series: readonly Series[], own: string, limit: number): Target {
  const unit = series.find(({ name }) => name === own)?.unit ?? 'ms';
  return { subject: own, value: medianOf(series, own), limit, unit };
}

/** What one median exceeds another by, in milliseconds. */
export function excessTarget(series: readonly Series[], own: string, than: string, limit: number): Target {
  const value = medianOf(series, own) - medianOf(series, than);
  return { subject: `${own} − ${than}`, value, limit, unit: 'ms' };
}

function medianOf(series: readonly Series[], own: string): number {
  return median(series.find(({ name }) => name === own)?.samples ?? []);
}
