import { PouchError } from '../../../hooks/index.ts';

/** A query string; values are read as Docker reads them. */
export class Query {
  readonly #values: URLSearchParams;

  constructor(text: string) {
    this.#values = new URLSearchParams(text);
  }

  text(name: string): string | undefined {
    return this.#values.get(name) || undefined;
  }

  all(name: string): string[] {
    return this.#values.getAll(name).filter((value) => value !== '');
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** As in Docker, every value except an empty one, `0`, `no`, `false` and `none` is true. */
  flag(name: string, missing = false): boolean {
    const value = this.#values.get(name);
    if (value === null) return missing;
    return !['', '0', 'no', 'false', 'none'].includes(value.trim().toLowerCase());
  }

  /** @throws PCH_BAD_REQUEST when the value is not an integer */
  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!/^-?\d{1,15}$/.test(value)) throw badParameter(name, 'an integer', value);
    return Number(value);
  }

  /**
   * Returns Unix seconds with a fraction, as Docker's clients send times.
   * @throws PCH_BAD_REQUEST
   */
  time(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (/^\d{1,12}(\.\d{1,9})?$/.test(value)) return Number(value);
    const parsed = Date.parse(value);
    if (Number.isNaN(parsed)) throw badParameter(name, 'Unix seconds or an RFC 3339 time', value);
    return parsed / 1000;
  }

  /**
   * Accepts `{"status":["running"]}` and the older `{"status":{"running":true}}`.
   * @throws PCH_BAD_REQUEST
   */
  filters(): Record<string, string[]> {
    const text = this.text('filters');
    if (text === undefined) return {};
    const parsed = parseObject(text);
    if (!parsed) throw badParameter('filters', 'JSON such as {"status":["running"]}', text);
    return Object.fromEntries(
      Object.entries(parsed).map(([key, values]) => [key, filterValues(key, values)]),
    );
  }
}

function parseObject(text: string): object | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function filterValues(key: string, values: unknown): string[] {
  if (Array.isArray(values) && values.every((value) => typeof value === 'string')) return values;
  if (typeof values === 'object' && values !== null && !Array.isArray(values)) return wanted(values);
  throw badParameter('filters', `a list of strings for ${key}`, JSON.stringify(values));
}

function wanted(values: object): string[] {
  return Object.entries(values)
    .filter(([, on]) => on === true)
    .map(([value]) => value);
}

function badParameter(name: string, expected: string, found: string): PouchError {
  const shown = found.length > 80 ? `${found.slice(0, 80)}…` : found;
  return new PouchError('PCH_BAD_REQUEST', `query parameter ${name}: expected ${expected}, found "${shown}"`);
}
