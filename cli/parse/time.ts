import { durationSeconds } from '../../client/options/duration.ts';
import { invalidOption } from '../errors.ts';

/**
 * Converts the time of --since or --until to Unix seconds. It is RFC 3339 (`2026-01-31T10:00:00Z`, or a date alone),
 * Unix seconds, or a duration before now (`10m`).
 * @throws PCH_OPTION_INVALID
 */
export function parseTimestamp(flag: string, text: string, now = Date.now()): string {
  if (/^\d+(\.\d{1,9})?$/.test(text)) return text;
  const ago = durationSeconds(text);
  if (ago !== undefined) return (now / 1000 - ago).toFixed(3);
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(localIfBare(text)) : NaN;
  if (!Number.isNaN(time)) return (time / 1000).toFixed(3);
  throw invalidOption(
    flag,
    'a time such as 2026-01-31T10:00:00Z, Unix seconds, or a duration such as 10m',
    text,
  );
}

/** A date without a time is local midnight (JavaScript assumes UTC). */
function localIfBare(text: string): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00` : text;
}
