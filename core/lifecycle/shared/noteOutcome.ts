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
 */
export function noteOutcome(
  record: ContainerRecord,
  hook: string,
  { blame = [], degraded }: Outcome,
  prefix = '',
): void {
  const isOther = (entry: { hook: string }) => entry.hook !== hook;
  const updates = (record.updates ?? []).filter(isOther);
  updates.push(...blame.map((entry) => ({ ...entry, field: prefix + entry.field })));
  if (updates.length > 0) record.updates = updates;
  else delete record.updates;
  record.degraded = [...record.degraded.filter(isOther), ...degraded];
}
