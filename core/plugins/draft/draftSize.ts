import { PouchError } from '../../../hooks/errors.ts';
import { bytesLeft, type SizeRule } from './bytesLeft.ts';
import { mostLevels } from './clone.ts';

/**
 * Bytes that a tap may leave in the fields that it has used: those of strings and names, and more for each value. The
 * draft of a plain container has some hundred values; one that sets 90 000 holds up the daemon for a second.
 */
const most = 8 * 1024 * 1024;
const perValue = 512;

const rule: SizeRule = {
  perValue,
  lengthOf: ({ length }) => length,
  tooDeep: () => new RangeError(`the data is nested deeper than ${mostLevels} levels`),
};

/**
 * Checks how large the values are that a tap has left in its draft, before anything copies them.
 * @throws PCH_PLUGIN_CONTRACT
 */
export function checkSize(values: readonly unknown[]): void {
  let left = most;
  for (const value of values) left = bytesLeft(value, left, rule);
  if (left >= 0) return;
  throw new PouchError(
    'PCH_PLUGIN_CONTRACT',
    `the tap left a draft of more than ${most / 2 ** 20} MiB (${perValue} bytes for each value)`,
    {
      hint: 'mount large data from a file of the host, and keep only its path in the draft',
    },
  );
}
