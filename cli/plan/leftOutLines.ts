import type { TimelineTapWire, TimelineWire } from '../../client/index.ts';
import { alignColumns } from '../output/table.ts';

/** A table of the taps that failed and that the container does without; empty if all of them worked. */
export function leftOutLines(operations: readonly TimelineWire[]): string[] {
  const left = lastCalls(operations).filter(({ outcome }) => isLeftOut(outcome));
  if (left.length === 0) return [];
  return alignColumns([['LEFT OUT', 'HOOK', 'OUTCOME', 'ERROR'], ...left.map(row)]);
}

/** Of each tap, as one that failed may have worked when its hook ran again. */
function lastCalls(operations: readonly TimelineWire[]): TimelineTapWire[] {
  const calls = new Map<string, TimelineTapWire>();
  for (const { taps } of operations) for (const tap of taps) calls.set(`${tap.hook} ${tap.tap}`, tap);
  return [...calls.values()];
}

function isLeftOut(outcome: TimelineTapWire['outcome']): boolean {
  return outcome === 'skipped' || outcome === 'degraded' || outcome === 'open';
}

function row({
  tap,
  hook,
  outcome,
  error = 'not called: it has failed too often in a row',
}: TimelineTapWire) {
  return [tap, hook, outcome, error.replaceAll(/\s+/g, ' ')];
}
