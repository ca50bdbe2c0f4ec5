/**
 * Copies plain data; a field that is undefined counts as missing. Functions (a draft's `image.stat`) and other
 * objects stay as they are. structuredClone is some ten times slower on a draft and refuses functions.
 */
export function clone<T>(value: T): T {
  return copy(value, 0) as T;
}

/** Data that is nested deeper than this is taken for a circle. */
export const mostLevels = 64;

function copy(value: unknown, level: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (level > mostLevels) throw new RangeError(`the data is nested deeper than ${mostLevels} levels`);
  if (Array.isArray(value)) return value.map((item) => copy(item, level + 1));
  return isRecord(value) ? copyRecord(value, level) : value;
}

function copyRecord(record: Record<string, unknown>, level: number): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(record))
    if (record[key] !== undefined) setOwn(result, key, copy(record[key], level + 1));
  return result;
}

/** Sets a field whatever its name: a plain assignment to `__proto__` would be lost. */
export function setOwn(record: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') record[key] = value;
  else Object.defineProperty(record, key, { value, writable: true, enumerable: true, configurable: true });
}

/** A plain object: from a literal, JSON or Object.create(null). */
export function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
