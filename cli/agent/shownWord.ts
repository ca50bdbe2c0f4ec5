import { shownValue } from '../output/shownValue.ts';

/** A value of a file without quotes where it needs none: `64m`, `data:/data`. */
export function shownWord(value: unknown): string {
  return typeof value === 'string' && /^[\w./:@%+=,*-]+$/.test(value) ? value : shownValue(value);
}
