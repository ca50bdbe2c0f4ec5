/**
 * The `filters` of Docker's prune calls. An unknown filter is an error: ignoring it would remove more than requested.
 */
import {
  type BuildPrune,
  PouchError,
  type ImagePruneFilter,
  type PruneFilter,
  type VolumePruneFilter,
} from '../../../hooks/index.ts';
import type { Query } from '../http/Query.ts';

type Filters = Record<string, string[]>;

const common = ['label', 'label!', 'until'];

/** Since this minor version a prune keeps named volumes. */
const anonymousOnlySince = 42;

/** @throws PCH_OPTION_INVALID */
export function containerPruneFilter(filters: Filters): PruneFilter {
  checkFilterNames(filters, common);
  return pruneFilter(filters);
}

/** @throws PCH_OPTION_INVALID */
export function imagePruneFilter(filters: Filters): ImagePruneFilter {
  checkFilterNames(filters, [...common, 'dangling']);
  return { ...pruneFilter(filters), all: !flag(filters, 'dangling', true) };
}

/** @throws PCH_OPTION_INVALID */
export function volumePruneFilter(filters: Filters, apiMinor: number): VolumePruneFilter {
  checkFilterNames(filters, ['label', 'label!', 'all']);
  return { ...labelFilter(filters), all: flag(filters, 'all', apiMinor < anonymousOnlySince) };
}

/** @throws PCH_OPTION_INVALID */
export function networkPruneFilter(filters: Filters): PruneFilter {
  checkFilterNames(filters, common);
  return pruneFilter(filters);
}

/**
 * Undefined if nothing matches: the build cache has no labels, and `docker system prune` sends it the label filters for
 * containers and images, too.
 * @throws PCH_OPTION_INVALID
 */
export function buildPrune(query: Query): BuildPrune | undefined {
  const filters = query.filters();
  checkFilterNames(filters, [...common, 'unused-for']);
  const { createdBefore } = pruneFilter({
    ...filters,
    until: filters['until'] ?? filters['unused-for'] ?? [],
  });
  const keepBytes = query.integer('keep-storage');
  if (filters['label']?.length) return undefined;
  return {
    all: query.flag('all'),
    ...(createdBefore !== undefined && { unusedSince: createdBefore }),
    ...(keepBytes !== undefined && keepBytes > 0 && { keepBytes }),
  };
}

/** @throws PCH_OPTION_INVALID */
export function checkFilterNames(filters: Filters, known: readonly string[]): void {
  const unknown = Object.keys(filters).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new PouchError('PCH_OPTION_INVALID', `invalid filter '${unknown}'`, {
    hint: `valid filters: ${known.join(', ')}`,
  });
}

function pruneFilter(filters: Filters): PruneFilter {
  const [until, ...others] = filters['until'] ?? [];
  if (others.length > 0) throw invalid('until', 'one value', `${others.length + 1} values`);
  return { ...labelFilter(filters), ...(until !== undefined && { createdBefore: timeBefore(until) }) };
}

function labelFilter(filters: Filters): Omit<PruneFilter, 'createdBefore'> {
  return { labels: filters['label'] ?? [], withoutLabels: filters['label!'] ?? [] };
}

/** Accepts the values of Go's strconv.ParseBool, as Docker does. */
export function flag(filters: Filters, name: string, missing: boolean): boolean {
  return flagOf(filters, name) ?? missing;
}

/** Undefined for a filter that is not given. @throws PCH_OPTION_INVALID */
export function flagOf(filters: Filters, name: string): boolean | undefined {
  const values = filters[name] ?? [];
  if (values.length === 0) return undefined;
  const read = new Set(values.map((value) => parseFlag(name, value)));
  if (read.size > 1) throw invalid(name, 'true or false', 'both');
  return read.has(true);
}

function parseFlag(name: string, value: string): boolean {
  const lower = value.toLowerCase();
  if (['1', 't', 'true'].includes(lower)) return true;
  if (['0', 'f', 'false'].includes(lower)) return false;
  throw invalid(name, 'true or false', `"${value}"`);
}

const units: Record<string, number> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
};
const duration = /^(?:\d+(?:\.\d+)?(?:h|ms|m|s|us|µs|ns))+$/;
const rfc3339 = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/**
 * Parses a Go duration before now, an RFC 3339 date or time (local without a zone), or Unix seconds; returns
 * milliseconds.
 */
function timeBefore(text: string): number {
  if (/^\d{1,12}(\.\d{1,9})?$/.test(text)) return Number(text) * 1000;
  if (duration.test(text)) return Date.now() - durationMs(text);
  const time = rfc3339.test(text) ? Date.parse(text.includes('T') ? text : `${text}T00:00`) : NaN;
  if (Number.isNaN(time))
    throw invalid('until', 'a duration (24h), a time (2026-01-31T10:00:00Z) or Unix seconds', `"${text}"`);
  return time;
}

function durationMs(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)/g)];
  return parts.reduce((sum, [, count, unit = 's']) => sum + Number(count) * (units[unit] ?? 0), 0);
}

function invalid(name: string, expected: string, found: string): PouchError {
  return new PouchError('PCH_OPTION_INVALID', `filter ${name}: expected ${expected}, found ${found}`, {
    hint: 'correct the filter or omit it',
  });
}
