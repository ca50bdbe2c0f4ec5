/** When the snapshots of a schedule are due. */
import { Cron } from 'croner';
import type { SnapshotSchedule } from '../../../../hooks/engine.ts';
import { invalidField } from '../../../../hooks/invalidField.ts';

const units: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const interval = /^every ([1-9]\d{0,3})([mhdw])$/;
/** crontab(5): five fields, or one of its names. */
const cron = /^(@(hourly|daily|weekly|monthly|yearly|annually)|\S+( \S+){4})$/;

type NextAfter = (time: Date) => Date | undefined;

/** @throws PCH_OPTION_INVALID */
export function parseSchedule(text: string): NextAfter {
  const tidy = text.trim().replace(/\s+/g, ' ');
  const [, count, unit] = interval.exec(tidy) ?? [];
  if (count !== undefined && unit !== undefined) {
    const ms = Number(count) * units[unit]!;
    return (time) => new Date(time.getTime() + ms);
  }
  const next = cron.test(tidy) ? parseCron(tidy) : undefined;
  if (next?.(new Date()) !== undefined) return next;
  throw invalidField(
    'schedule',
    `expected times such as "every 6h" or "0 3 * * *", found "${text.slice(0, 100)}"`,
    'use m, h, d or w after "every", or five fields as of crontab(5) that some day matches',
  );
}

function parseCron(text: string): NextAfter | undefined {
  try {
    const parsed = new Cron(text, { paused: true });
    return (time) => parsed.nextRun(time) ?? undefined;
  } catch {
    return undefined;
  }
}

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
