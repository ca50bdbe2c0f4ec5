import { clone, isRecord } from './clone.ts';

/** A copy of plain data that cannot be changed. Functions and other objects stay as they are, as in `clone`. */
export function frozenCopy<T>(value: T): T {
  return freeze(clone(value));
}

/** Freezes plain data in place. */
export function freeze<T>(value: T): T {
  if (!Array.isArray(value) && !isRecord(value)) return value;
  for (const item of Object.values(value)) freeze(item);
  return Object.freeze(value);
}
