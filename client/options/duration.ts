import { invalidOption } from './OptionError.ts';

const unitSeconds: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 1e-3, us: 1e-6, µs: 1e-6, ns: 1e-9 };
const part = /(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)/g;

/** Returns the seconds of `1h30m`, `90s`, `1.5h`; undefined if the text is not a duration. */
export function durationSeconds(text: string): number | undefined {
  if (text.replaceAll(part, '') !== '' || text === '') return undefined;
  return [...text.matchAll(part)].reduce(
    (sum, [, number, unit]) => sum + Number(number) * (unitSeconds[unit ?? ''] ?? 0),
    0,
  );
}

/**
 * Parses a duration, in the form that Docker's command line takes, to nanoseconds.
 * @throws PCH_OPTION_INVALID
 */
export function parseDuration(flag: string, text: string): number {
  const seconds = text === '0' ? 0 : durationSeconds(text);
  const nanoseconds = Math.round((seconds ?? NaN) * 1e9);
  if (Number.isSafeInteger(nanoseconds)) return nanoseconds;
  throw invalidOption(flag, 'a duration such as 90s or 1m30s', text);
}
