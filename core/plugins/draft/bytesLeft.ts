import { isRecord, mostLevels } from './clone.ts';

/** How the size of data counts. */
export interface SizeRule {
  /** Bytes that each value counts beside its text. */
  readonly perValue: number;
  /** Bytes of a text. */
  lengthOf(text: string): number;
  /** For data that is nested deeper than {@link mostLevels}. */
  tooDeep(): Error;
}

/**
 * Returns what `left` is after a value: the bytes of its texts and of the names of its fields, and some for each value.
 * Below 0 it stops, so that a flood costs no more than the limit.
 */
export function bytesLeft(value: unknown, left: number, rule: SizeRule, level = 0): number {
  if (level > mostLevels) throw rule.tooDeep();
  left -= typeof value === 'string' ? rule.perValue + rule.lengthOf(value) : rule.perValue;
  if (Array.isArray(value))
    for (let i = 0; i < value.length && left >= 0; i++) left = bytesLeft(value[i], left, rule, level + 1);
  else if (isRecord(value))
    for (const key in value) {
      if (left < 0) break;
      left = bytesLeft(value[key], left - key.length, rule, level + 1);
    }
  return left;
}
