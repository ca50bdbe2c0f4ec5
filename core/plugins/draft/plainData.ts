import { PouchError } from '../../../hooks/errors.ts';
import { isRecord } from './clone.ts';
import type { Change } from './diff.ts';
import { formatPath } from './fieldPath.ts';

export const plainDataHint = 'use strings, finite numbers, booleans, null, arrays and plain objects of them';

/**
 * Refuses what JSON cannot hold (functions, dates, maps, NaN): a draft is printed, stored, and read again after a
 * crash.
 * @throws PCH_PLUGIN_CONTRACT
 */
export function checkPlainData(changes: readonly Change[]): void {
  const bad = changes.find(({ after }) => after !== undefined && !isPlainData(after));
  if (!bad) return;
  throw new PouchError(
    'PCH_PLUGIN_CONTRACT',
    `the tap set ${formatPath(bad.path)} to a value that is not plain data`,
    {
      hint: plainDataHint,
    },
  );
}

/** Whether JSON can hold a value as it is. */
export function isPlainData(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isPlainData);
  return isRecord(value) && Object.values(value).every(isPlainData);
}
