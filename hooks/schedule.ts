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

/** A clock that was set back by more than this was wrong before, as for cron(8); by less, its times have been. */
const longestRepeatMs = 3 * 3_600_000;

/** From when the times of schedules follow: from their last time, also if the clock was set back meanwhile. */
export class ScheduleStarts {
  /** Of a last time that is ahead of the clock: when that was seen first. */
  readonly #seen = new Map<string, { readonly last: number; readonly at: Date }>();

  /**
   * Returns from when the next time of a schedule follows.
   * @param key of what has the schedule
   */
  from(key: string, schedule: string, last: Date, now: Date): Date {
    const ahead = last.getTime() - now.getTime();
    const isRepeated = !interval.test(schedule.trim()) && ahead <= longestRepeatMs;
    if (ahead <= 0 || isRepeated) {
      this.#seen.delete(key);
      return last;
    }
    const known = this.#seen.get(key);
    if (known?.last === last.getTime() && known.at <= now) return known.at;
    this.#seen.set(key, { last: last.getTime(), at: now });
    return now;
  }
}

function parseCron(text: string): NextAfter | undefined {
  try {
    const parsed = new Cron(text, { paused: true });
    return (time) => {
      const next = parsed.nextRun(time) ?? undefined;
      return next && next <= time ? inRepeatedHour(next, time) : next;
    };
  } catch {
    return undefined;
  }
}

/** The hour at the end of summer time that comes twice: croner takes each time in it for that of the first. */
function inRepeatedHour(next: Date, time: Date): Date {
  const minutes = time.getTimezoneOffset() - next.getTimezoneOffset();
  return new Date(next.getTime() + minutes * 60_000);
}
