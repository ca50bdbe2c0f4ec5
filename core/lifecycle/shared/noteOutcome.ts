import { isDeepStrictEqual } from 'node:util';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { BlameEntry, Degradation } from '../../../hooks/plan.ts';

/** What the taps of a hook have changed, and which of them were left out. */
interface Outcome {
  blame?: readonly BlameEntry[];
  degraded: readonly Degradation[];
}

/**
 * Puts the outcome of a hook's last run into a container's record, where `explain` and `inspect` show it, in place of
 * the outcome of the run before. The next save of the record stores it.
 * @param prefix - of the fields' paths: `stop.` for the draft of a stop
 * @returns whether the marks of the container have changed
 */
export function noteOutcome(
  record: ContainerRecord,
  hook: string,
  { blame = [], degraded }: Outcome,
  prefix = '',
): boolean {
  const updates = (record.updates ?? []).filter((entry) => entry.hook !== hook);
  updates.push(...blame.map((entry) => ({ ...entry, field: prefix + entry.field })));
  if (updates.length > 0) record.updates = updates;
  else delete record.updates;
  return markDegraded(record, hook, degraded);
}

/** Replaces the marks of a hook's run before. Returns whether that changes any. */
export function markDegraded(
  record: Pick<ContainerRecord, 'degraded'>,
  hook: string,
  degraded: readonly Degradation[],
): boolean {
  const before = record.degraded;
  record.degraded = [...before.filter((mark) => mark.hook !== hook), ...degraded];
  return !isDeepStrictEqual(before, record.degraded);
}
