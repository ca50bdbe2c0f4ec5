import { printable } from './printable.ts';

/** The value of a field of a plan, as text. */
export function shownValue(value: unknown): string {
  return printable(value === undefined ? '(not set)' : JSON.stringify(value));
}
