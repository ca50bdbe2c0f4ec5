/** Times and durations in Docker's form. */

/** Go's zero time. */
export const never = '0001-01-01T00:00:00Z';

export function orNever(time: string): string {
  return time === '' ? never : time;
}

export function unixSeconds(time: string): number {
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? 0 : Math.floor(ms / 1000);
}

const day = 24;

/** Docker's units from hours on: a duration below `until` hours is shown in `unit` hours. */
const steps = [
  { until: 2 * day, unit: 1, name: 'hours' },
  { until: 14 * day, unit: day, name: 'days' },
  { until: 60 * day, unit: 7 * day, name: 'weeks' },
  { until: 730 * day, unit: 30 * day, name: 'months' },
  { until: Infinity, unit: 365 * day, name: 'years' },
] as const;

/** Returns a duration as `docker ps` prints it: `Less than a second`, `3 seconds`, `About an hour`, `2 weeks`. */
export function humanDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 1) return 'Less than a second';
  if (seconds === 1) return '1 second';
  if (seconds < 60) return `${seconds} seconds`;
  const minutes = Math.floor(seconds / 60);
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  return inHours(Math.round(seconds / 3600));
}

function inHours(hours: number): string {
  if (hours === 1) return 'About an hour';
  const { unit, name } = steps.find(({ until }) => hours < until) ?? steps[4];
  return `${Math.floor(hours / unit)} ${name}`;
}
