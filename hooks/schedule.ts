/** Times of schedules, of snapshots and of containers. */
import { Cron } from 'croner';
import { invalidField } from './invalidField.ts';

const units: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const interval = /^every ([1-9]\d{0,3})([mhdw])$/;
/** crontab(5): five fields, or one of its names. */
const cron = /^(@(hourly|daily|weekly|monthly|yearly|annually)|\S+( \S+){4})$/;

/** Returns the first time after another one; undefined if none follows. */
export type NextAfter = (time: Date) => Date | undefined;

/**
 * Parses `every 6h`, five fields as of crontab(5), or one of its names such as `@daily`.
 * @throws PCH_OPTION_INVALID
 */
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
