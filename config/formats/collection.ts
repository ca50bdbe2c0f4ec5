import type { Format, Issue, JsonSchema, Report } from './format.ts';
import { show, within } from './format.ts';

/** More entries than any list or map of this file needs; bounds the memory that a generated file can use. */
const mostEntries = 1000;

/** A list without repeated entries. */
export function listOf<T>(item: Format<T>, { min = 0 }: { min?: number } = {}): Format<readonly T[]> {
  const expected = `a list, each ${item.expected}`;
  return {
    expected,
    json: { type: 'array', items: item.json, ...(min > 0 && { minItems: min }), uniqueItems: true },
    decode(raw, report) {
      if (!isList(raw, min))
        return void report({ at: [], expected: atLeast(expected, min), found: found(raw) });
      return decodeItems(item, raw, report);
    },
    encode: (values) => values.map((value) => item.encode(value)),
  };
}

function isList(raw: unknown, min: number): raw is unknown[] {
  return Array.isArray(raw) && raw.length >= min && raw.length <= mostEntries;
}

function atLeast(expected: string, min: number): string {
  return min > 0
    ? `${expected} (at least ${min}, at most ${mostEntries})`
    : `${expected} (at most ${mostEntries})`;
}

function found(raw: unknown): string {
  return Array.isArray(raw) ? `a list of ${raw.length}` : show(raw);
}

function decodeItems<T>(item: Format<T>, entries: unknown[], report: Report): T[] | undefined {
  const values: T[] = [];
  const first = new Map<string, number>();
  entries.forEach((entry, index) => {
    const value = item.decode(entry, within(report, index));
    if (value === undefined) return;
    const key = JSON.stringify(item.encode(value));
    const earlier = first.get(key);
    if (earlier !== undefined) return report(repeated(index, earlier));
    first.set(key, index);
    values.push(value);
  });
  return values.length === entries.length ? values : undefined;
}

function repeated(index: number, earlier: number): Issue {
  return {
    at: [index],
    expected: 'each entry once',
    found: `a repetition of entry ${earlier + 1} of the list`,
  };
}

/** A map with arbitrary keys. */
export function mapOf<T>(key: Format<string>, item: Format<T>): Format<ReadonlyMap<string, T>> {
  const expected = `a map from ${key.expected} to ${item.expected}`;
  return {
    expected,
    json: { type: 'object', propertyNames: withoutType(key.json), additionalProperties: item.json },
    decode(raw, report) {
      if (!(raw instanceof Map) || raw.size > mostEntries)
        return void report({ at: [], expected, found: show(raw) });
      return decodeEntries(key, item, raw, report);
    },
    encode: (values) => Object.fromEntries([...values].map(([name, value]) => [name, item.encode(value)])),
  };
}

/** A map with arbitrary keys, as a plain object. */
export function objectOf<T>(key: Format<string>, item: Format<T>): Format<Readonly<Record<string, T>>> {
  const { expected, json, decode, encode } = mapOf(key, item);
  return {
    expected,
    json,
    decode(raw, report) {
      const entries = decode(raw, report);
      return entries && Object.fromEntries(entries);
    },
    encode: (value) => encode(new Map(Object.entries(value))),
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
