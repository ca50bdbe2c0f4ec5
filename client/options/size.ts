import { invalidOption } from './OptionError.ts';

const powers: Record<string, number> = { '': 0, k: 1, m: 2, g: 3, t: 4, p: 5 };
const pattern = /^(?<number>\d+(?:\.\d+)?) ?(?<unit>[kmgtp]?)(?:i?b)?$/i;

/**
 * Returns the bytes of `512m`, `1.5g`, `64k`, `1GiB`, `1048576`. Units are powers of 1024, as in Docker.
 * @throws PCH_OPTION_INVALID
 */
export function parseSize(flag: string, text: string): number {
  const groups = pattern.exec(text)?.groups;
  const power = powers[groups?.['unit']?.toLowerCase() ?? 'none'];
  const bytes = Math.floor(Number(groups?.['number']) * 1024 ** (power ?? NaN));
  if (!Number.isSafeInteger(bytes)) throw invalidOption(flag, 'a size such as 512m or 1.5g', text);
  return bytes;
}

/** As {@link parseSize}, and -1 for unlimited. */
export function parseSizeOrUnlimited(flag: string, text: string): number {
  return text === '-1' ? -1 : parseSize(flag, text);
}
