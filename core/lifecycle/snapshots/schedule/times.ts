/** When the snapshots of a schedule are due. */
import type { SnapshotSchedule } from '../../../../hooks/engine.ts';
import { parseSchedule, ScheduleStarts } from '../../../../hooks/schedule.ts';

/** The first time that is still to be done: all that were missed are one. */
export function nextRun(schedule: SnapshotSchedule, now: Date): Date | undefined {
  return parseSchedule(schedule.schedule)(startOf(schedule, now));
}

/** Whether the clock was set back so far that it was wrong before: the schedule has to begin anew. */
export function isOfWrongClock(schedule: SnapshotSchedule, now: Date): boolean {
  return startOf(schedule, now) === now;
}

function startOf({ schedule, from }: SnapshotSchedule, now: Date): Date {
  return new ScheduleStarts().from('', schedule, new Date(from), now);
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
