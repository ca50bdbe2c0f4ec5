import type { Healthcheck } from '../../../hooks/healthcheck.ts';

/** Docker's defaults. */
const standard = { interval: 30_000, timeout: 30_000, startPeriod: 0, startInterval: 5_000, retries: 3 };

/** Milliseconds, 24 days: setTimeout calls back at once if it is given more. */
const longestMs = 2 ** 31 - 1;

export interface HealthTiming {
  /** Milliseconds, as all but the retries. */
  readonly interval: number;
  readonly timeout: number;
  readonly startPeriod: number;
  readonly startInterval: number;
  readonly retries: number;
}

/** The times of a health check; 0 means the default. */
export function timingOf(check: Healthcheck): HealthTiming {
  const interval = inTimer(check.interval || standard.interval);
  return {
    interval,
    timeout: inTimer(check.timeout || standard.timeout),
    startPeriod: check.startPeriod || standard.startPeriod,
    startInterval: inTimer(check.startInterval || Math.min(interval, standard.startInterval)),
    retries: check.retries || standard.retries,
  };
}

function inTimer(ms: number): number {
  return Math.min(ms, longestMs);
}

/** Milliseconds until the next probe of a container. @param upMs for how long it runs */
export function pauseBefore(
  { interval, startInterval, startPeriod }: HealthTiming,
  { isStarting, upMs }: { isStarting: boolean; upMs: number },
): number {
  return isStarting && upMs < startPeriod ? startInterval : interval;
}
