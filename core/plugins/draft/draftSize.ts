import { PouchError } from '../../../hooks/errors.ts';
import { isRecord, mostLevels } from './clone.ts';

/**
 * Bytes that a tap may leave in the fields that it has used: those of strings and names, and more for each value. The
 * draft of a plain container has some hundred values; one that sets 90 000 holds up the daemon for a second.
 */
const most = 8 * 1024 * 1024;
const perValue = 512;

/**
 * Checks how large the values are that a tap has left in its draft, before anything copies them.
 * @throws PCH_PLUGIN_CONTRACT
 */
export function checkSize(values: readonly unknown[]): void {
  let left = most;
  for (const value of values) left = remaining(value, left);
  if (left >= 0) return;
  throw new PouchError(
    'PCH_PLUGIN_CONTRACT',
    `the tap left a draft of more than ${most / 2 ** 20} MiB (${perValue} bytes for each value)`,
    {
      hint: 'mount large data from a file of the host, and keep only its path in the draft',
    },
  );
}

/** What `left` is after a value; below 0 it stops. */
function remaining(value: unknown, left: number, level = 0): number {
  if (level > mostLevels) throw new RangeError(`the data is nested deeper than ${mostLevels} levels`);
  left -= typeof value === 'string' ? perValue + value.length : perValue;
  if (Array.isArray(value))
    for (let i = 0; i < value.length && left >= 0; i++) left = remaining(value[i], left, level + 1);
  else if (isRecord(value))
    for (const key in value) {
      if (left < 0) break;
      left = remaining(value[key], left - key.length, level + 1);
    }
  return left;
}
