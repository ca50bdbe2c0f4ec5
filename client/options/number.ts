import { invalidOption } from './OptionError.ts';

/**
 * Parses a whole number within a range.
 * @throws PCH_OPTION_INVALID
 */
export function parseInteger(
  flag: string,
  text: string,
  range: { minimum?: number; maximum?: number } = {},
): number {
  const { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER } = range;
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : NaN;
  if (value >= minimum && value <= maximum) return value;
  throw invalidOption(flag, `a whole number${rangeText(range)}`, text);
}

function rangeText({ minimum, maximum }: { minimum?: number; maximum?: number }): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return ` of at least ${minimum}`;
  return maximum === undefined ? '' : ` of at most ${maximum}`;
}

/** Parses `1.5` CPUs to billionths of a CPU. */
export function parseCpus(flag: string, text: string): number {
  const nano = /^\d*\.?\d{1,9}$|^\d+\.$/.test(text) ? Math.round(Number(text) * 1e9) : NaN;
  if (Number.isSafeInteger(nano)) return nano;
  throw invalidOption(flag, 'a number of CPUs such as 1.5', text);
}
