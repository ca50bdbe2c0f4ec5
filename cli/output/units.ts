const decimalUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
const binaryUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** `12.3MB`: powers of 1000, as Docker prints sizes. */
export function humanSize(bytes: number, digits = 3): string {
  return scale(bytes, 1000, decimalUnits, digits);
}

/** `1.952GiB`: powers of 1024, for memory. */
export function humanMemory(bytes: number): string {
  return scale(bytes, 1024, binaryUnits, 4);
}

function scale(value: number, base: number, units: string[], digits: number): string {
  let power = 0;
  let scaled = value;
  while (scaled >= base && power < units.length - 1) {
    scaled /= base;
    power++;
  }
  return `${Number(scaled.toPrecision(digits))}${units[power]}`;
}

/** Lower bound in seconds, length of the unit in seconds, names (Docker's rounding). */
const durations: [from: number, length: number, one: string, many: string][] = [
  [2 * 365 * 86400, 365 * 86400, 'year', 'years'],
  [60 * 86400, 30 * 86400, 'month', 'months'],
  [14 * 86400, 7 * 86400, 'week', 'weeks'],
  [48 * 3600, 86400, 'day', 'days'],
  [120 * 60, 3600, 'hour', 'hours'],
];

/** `5 minutes`, `About an hour`, `3 weeks`, as Docker prints durations. */
export function humanDuration(seconds: number): string {
  const whole = Math.floor(seconds);
  if (whole < 1) return 'Less than a second';
  if (whole === 1) return '1 second';
  if (whole < 60) return `${whole} seconds`;
  const minutes = Math.floor(whole / 60);
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  if (Math.round(whole / 3600) === 1) return 'About an hour';
  const unit = durations.find(([from]) => whole >= from) ?? ([0, 3600, 'hour', 'hours'] as const);
  const count = Math.floor(whole / unit[1]);
  return `${count} ${count === 1 ? unit[2] : unit[3]}`;
}

/** `5 minutes ago`, from Unix seconds. */
export function ago(unixSeconds: number, now = Date.now()): string {
  return `${humanDuration(Math.max(0, now / 1000 - unixSeconds))} ago`;
}
