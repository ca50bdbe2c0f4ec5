import { durationSeconds } from '../../client/options/duration.ts';
import { invalidOption } from '../errors.ts';

const longestWaitMs = 30 * 60_000;

/** Milliseconds of `--timeout`. @throws OptionError */
export function readWait(timeout = '2m'): number {
  const waitMs = Math.round((durationSeconds(timeout) ?? NaN) * 1000);
  if (waitMs >= 0 && waitMs <= longestWaitMs) return waitMs;
  throw invalidOption('--timeout', 'a duration of at most 30m, such as 90s', timeout);
}
