import type { Filters } from '../../client/index.ts';
import { invalidOption } from '../errors.ts';
import { splitOnce } from '../../client/options/keyValue.ts';

/** Converts `-f name=web -f status=running` to Docker's filters. @throws PCH_OPTION_INVALID */
export function parseFilters(texts: string[]): Filters {
  const filters: Filters = {};
  for (const text of texts) {
    const [key, value] = splitOnce(text, '=');
    if (key === '' || value === undefined) throw invalidOption('-f, --filter', 'KEY=VALUE', text);
    (filters[key.trim()] ??= []).push(value);
  }
  return filters;
}
