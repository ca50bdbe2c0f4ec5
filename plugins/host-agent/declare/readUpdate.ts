import { durationSeconds } from '../../../client/options/duration.ts';
import { kindOf } from '../../../translate/words/flagsOf.ts';
import { optionError } from '../../../client/options/OptionError.ts';
import type { UpdatePolicy } from './declared.ts';
import { isMap, readWords } from './readWords.ts';

export const updateKinds = { order: 'text', parallel: 'text', deadline: 'text' } as const;

const standard: UpdatePolicy = { order: 'stop-first', parallel: 1, deadlineMs: 5 * 60_000 };

/** @throws OptionError */
export function readUpdate(value: unknown, replicas: number): UpdatePolicy {
  if (value === undefined || value === null) return standard;
  if (!isMap(value)) throw optionError('update', `expected a map, found ${kindOf(value)}`);
  const { order = standard.order, parallel, deadline } = readWords(value, updateKinds);
  if (order !== 'stop-first' && order !== 'start-first')
    throw optionError('update', `order: expected stop-first or start-first, found "${order}"`);
  return {
    order,
    parallel: parallel === undefined ? standard.parallel : countOf(parallel, replicas),
    deadlineMs: deadline === undefined ? standard.deadlineMs : msOf(deadline),
  };
}

/** The same as it is written, with a share of the replicas as such. @throws OptionError */
export function writtenUpdate(value: unknown): Readonly<Record<string, string>> {
  const { order, deadlineMs } = readUpdate(value, 1);
  const { parallel = String(standard.parallel) } = isMap(value) ? readWords(value, updateKinds) : {};
  return { order, parallel, deadline: `${deadlineMs / 1000}s` };
}

/** `2`, or `25%` of the replicas, rounded up. */
function countOf(text: string, replicas: number): number {
  const [, digits, percent] = /^([1-9]\d{0,3})(%?)$/.exec(text) ?? [];
  if (digits === undefined || (percent && Number(digits) > 100))
    throw optionError('update', `parallel: expected a number or a percentage, found "${text.slice(0, 60)}"`);
  return percent ? Math.ceil((replicas * Number(digits)) / 100) : Number(digits);
}

const longestSeconds = 24 * 3600;

function msOf(text: string): number {
  const seconds = durationSeconds(text);
  if (seconds !== undefined && seconds >= 1 && seconds <= longestSeconds) return seconds * 1000;
  throw optionError('update', `deadline: expected a duration from 1s to 24h, found "${text.slice(0, 60)}"`);
}
