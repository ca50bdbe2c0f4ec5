import type { Format, JsonSchema, Report } from './format.ts';
import { show, within } from './format.ts';

/** Far more entries than any list or map of this file needs; keeps a generated file from eating the daemon. */
const MOST_ENTRIES = 1000;

/** A list. One text (from an environment variable or a flag) is split at its commas. */
export function listOf<T>(item: Format<T>, { min = 0 }: { min?: number } = {}): Format<readonly T[]> {
  const expected = `a list, each ${item.expected}`;
  return {
    expected,
    json: { type: 'array', items: item.json, ...(min > 0 && { minItems: min }), uniqueItems: true },
    decode(raw, report) {
      const entries = typeof raw === 'string' ? splitAtCommas(raw) : raw;
      if (!isList(entries, min))
        return void report({ at: [], expected: atLeast(expected, min), found: found(raw) });
      return decodeItems(item, entries, report);
    },
    encode: (values) => values.map((value) => item.encode(value)),
  };
}

function isList(entries: unknown, min: number): entries is unknown[] {
  return Array.isArray(entries) && entries.length >= min && entries.length <= MOST_ENTRIES;
}

function atLeast(expected: string, min: number): string {
  return min > 0
    ? `${expected} (at least ${min}, at most ${MOST_ENTRIES})`
    : `${expected} (at most ${MOST_ENTRIES})`;
}

function found(raw: unknown): string {
  return Array.isArray(raw) ? `a list of ${raw.length}` : show(raw);
}

function splitAtCommas(text: string): string[] {
  return text === '' ? [] : text.split(',').map((part) => part.trim());
}

function decodeItems<T>(item: Format<T>, entries: unknown[], report: Report): T[] | undefined {
  const values: T[] = [];
  const seen = new Map<string, number>();
  entries.forEach((entry, index) => {
    const value = item.decode(entry, within(report, index));
    if (value === undefined) return;
    const first = rememberFirst(seen, JSON.stringify(item.encode(value)), index);
    if (first === index) values.push(value);
    else
      report({
        at: [index],
        expected: 'each entry once',
        found: `the same as entry ${first + 1} of the list`,
      });
  });
  return values.length === entries.length ? values : undefined;
}

/** The index at which a key was seen first, this one included. */
export function rememberFirst(seen: Map<string, number>, key: string, index: number): number {
  const first = seen.get(key) ?? index;
  seen.set(key, first);
  return first;
}

/** A map with free keys. */
export function mapOf<T>(key: Format<string>, item: Format<T>): Format<ReadonlyMap<string, T>> {
  const expected = `a map from ${key.expected} to ${item.expected}`;
  return {
    expected,
    json: { type: 'object', propertyNames: withoutType(key.json), additionalProperties: item.json },
    decode(raw, report) {
      if (!(raw instanceof Map) || raw.size > MOST_ENTRIES)
        return void report({ at: [], expected, found: show(raw) });
      return decodeEntries(key, item, raw, report);
    },
    encode: (values) => Object.fromEntries([...values].map(([name, value]) => [name, item.encode(value)])),
  };
}

function withoutType({ type: _type, ...rest }: JsonSchema): JsonSchema {
  return rest;
}

function decodeEntries<T>(key: Format<string>, item: Format<T>, raw: Map<unknown, unknown>, report: Report) {
  const values = new Map<string, T>();
  for (const [name, entry] of raw) {
    const at = within(report, String(name));
    const decodedName = key.decode(String(name), at);
    const value = item.decode(entry, at);
    if (decodedName !== undefined && value !== undefined) values.set(decodedName, value);
  }
  return values.size === raw.size ? values : undefined;
}
