/** Translates Docker's options of the storage driver, of which containers have one: `size`. */
import { invalid } from './invalid.ts';

const size = /^(?<number>\d+(?:\.\d+)?) ?(?<unit>[kmgtp]?)(?:i?b)?$/i;
const units = ['', 'k', 'm', 'g', 't', 'p'];

/** Bytes; units are powers of 1024, as Docker's. @throws PCH_OPTION_INVALID */
export function diskQuota(options: Record<string, string> | null | undefined): number | undefined {
  const { size: text, ...others } = options ?? {};
  const [other] = Object.keys(others);
  if (other !== undefined)
    throw invalid('HostConfig.StorageOpt', 'the option size', other, 'leave the others out');
  return text === undefined ? undefined : bytesOf(text);
}

function bytesOf(text: string): number {
  const { number, unit = '' } = size.exec(text)?.groups ?? {};
  const bytes = Math.floor(Number(number) * 1024 ** units.indexOf(unit.toLowerCase()));
  if (Number.isSafeInteger(bytes)) return bytes;
  throw invalid('HostConfig.StorageOpt', 'a size such as 512m or 10G', text);
}
