/** Values of NRI's messages as the draft has them. */
import { PouchError } from '../../../hooks/index.ts';

const marker = '-';

/** The key without its mark if it is marked for removal: `-NAME` (pkg/api/adjustment.go). */
export function removed(key: string): string | undefined {
  return key.startsWith(marker) ? key.slice(marker.length) : undefined;
}

/** @throws PCH_NRI_ADJUSTMENT for a number that no limit has */
export function toNumber(value: bigint, field: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw invalid(`expected ${field} below 2^53, found ${value}`);
}

/** RLIM_INFINITY (getrlimit(2)) is -1 here. */
export function toLimit(value: bigint, field: string): number {
  const signed = BigInt.asIntN(64, value);
  return signed === -1n ? -1 : toNumber(value, field);
}

export function invalid(message: string): PouchError {
  return new PouchError('PCH_NRI_ADJUSTMENT', message, { hint: 'fix or stop the NRI plugin' });
}
