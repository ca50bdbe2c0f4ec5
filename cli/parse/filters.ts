import type { Filters } from '../../client/index.ts';
import { invalidOption } from '../errors.ts';
import { splitOnce } from './keyValue.ts';

/** `-f name=web -f status=running` → Docker's filters. */
export function parseFilters(texts: string[]): Filters {
  const filters: Filters = {};
  for (const text of texts) {
    const [key, value] = splitOnce(text, '=');
    if (key === '' || value === undefined) throw invalidOption('-f, --filter', 'KEY=VALUE', text);
    (filters[key.trim()] ??= []).push(value);
  }
  return filters;
}
