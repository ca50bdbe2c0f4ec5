import type { HealthProbe, HealthState } from '../../../hooks/healthcheck.ts';

/** Results that are kept. */
const mostKept = 5;

export interface Circumstances {
  /** Failures in a row that make a container unhealthy. */
  readonly retries: number;
  /** It is still starting: a failure does not count until the first success. */
  readonly mayStillStart: boolean;
}

/** What a result makes of the health of a container. */
export function judge(
  before: HealthState,
  result: HealthProbe,
  { retries, mayStillStart }: Circumstances,
): HealthState {
  const after = { ...before, log: [...before.log, result].slice(-mostKept) };
  if (result.exitCode === 0) return { ...after, status: 'healthy', failingStreak: 0 };
  if (before.status === 'starting' && mayStillStart) return after;
  const failingStreak = before.failingStreak + 1;
  return { ...after, failingStreak, ...(failingStreak >= retries && { status: 'unhealthy' }) };
}
