/** `docker search --filter`. */
import { PouchError, type FoundImage } from '../../../../hooks/index.ts';

const filterNames = ['is-automated', 'is-official', 'stars'] as const;

/** Returns whether a found image is kept. @throws PCH_OPTION_INVALID for an unknown filter or value */
export function searchFilter(filters: Record<string, string[]>): (image: FoundImage) => boolean {
  const unknown = Object.keys(filters).find((name) => !filterNames.some((known) => known === name));
  if (unknown !== undefined)
    throw new PouchError('PCH_OPTION_INVALID', `invalid filter '${unknown}'`, {
      hint: `valid filters: ${filterNames.join(', ')}`,
    });
  const official = (filters['is-official'] ?? []).map((value) => toBoolean('is-official', value));
  const automated = (filters['is-automated'] ?? []).map((value) => toBoolean('is-automated', value));
  const stars = Math.max(0, ...(filters['stars'] ?? []).map(toCount));
  return (image) =>
    image.stars >= stars &&
    official.every((wanted) => image.isOfficial === wanted) &&
    // Docker Hub marks no image as automated any more.
    automated.every((wanted) => !wanted);
}

function toBoolean(name: string, value: string): boolean {
  if (['true', '1'].includes(value)) return true;
  if (['false', '0'].includes(value)) return false;
  throw invalid(name, 'true or false', value);
}

function toCount(value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw invalid('stars', 'a number', value);
}

function invalid(name: string, expected: string, value: string): PouchError {
  return new PouchError('PCH_OPTION_INVALID', `filter ${name}: expected ${expected}, found "${value}"`);
}
