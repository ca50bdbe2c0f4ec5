import type { Downtimes } from '../lab/Downtimes.ts';
import type { Violation } from './violation.ts';

/** One request that the watch has sent. Times in milliseconds, those of performance.now(). */
export interface Sample {
  request: 'ping' | 'ps';
  began: number;
  ended: number;
  /** How long the daemon and the watch itself were kept from a CPU meanwhile: that is the host's doing. */
  starvedMs: number;
  /** Why there was no response. */
  error?: string;
}

export const longestMs = 1000;

/** Oracle 4: whenever the daemon is meant to be up, `ping` and `ps` take less than a second. */
export function responsive(samples: readonly Sample[], downtimes: Downtimes): Violation[] {
  return samples
    .filter(({ began, ended }) => !downtimes.overlap(began, ended))
    .filter(
      ({ began, ended, starvedMs, error }) => error !== undefined || ended - began - starvedMs > longestMs,
    )
    .map((sample) => ({ oracle: 'the daemon responds within a second', evidence: evidenceOf(sample) }));
}

function evidenceOf({ request, began, ended, starvedMs, error }: Sample): string {
  const took = `${Math.round(ended - began)} ms (${Math.round(starvedMs)} ms of them without a CPU)`;
  return error === undefined ? `${request} took ${took}` : `${request} failed after ${took}: ${error}`;
}
