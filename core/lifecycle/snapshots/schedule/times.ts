/** When the snapshots of a schedule are due. */
import type { SnapshotSchedule } from '../../../../hooks/engine.ts';
import { parseSchedule } from '../../../../hooks/schedule.ts';

/** The first time that is still to be done: all that were missed are one. */
export function nextRun({ schedule, from }: SnapshotSchedule, now: Date): Date | undefined {
  const since = new Date(from);
  // A clock that was set back would have it wait for years.
  return parseSchedule(schedule)(since > now ? now : since);
}

/** Where the schedule continues after a run: an interval keeps its rhythm, unless runs were missed. */
export function nextFrom(schedule: SnapshotSchedule, due: Date, now: Date): Date {
  const following = parseSchedule(schedule.schedule)(due);
  return following !== undefined && following > now ? due : now;
}

/** A schedule that continues at a time. */
export function goesOn(
  { schedule, keepScheduled }: Pick<SnapshotSchedule, 'schedule' | 'keepScheduled'>,
  from: Date,
): SnapshotSchedule {
  const next = parseSchedule(schedule)(from);
  return { schedule, keepScheduled, from: from.toISOString(), ...(next && { next: next.toISOString() }) };
}
