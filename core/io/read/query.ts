import type { LogEntry, LogQuery } from '../../../hooks/index.ts';
import { unixSeconds } from '../log/entry.ts';

/** Whether an entry is one of those that the query wants; `tail` apart. */
export function isAsked(entry: LogEntry, query: LogQuery): boolean {
  const time = unixSeconds(entry.time);
  return query[entry.stream] && time >= (query.since ?? -Infinity) && time <= (query.until ?? Infinity);
}

/** Whether an entry, and so every later one, is beyond the query's end. */
export function isBeyond(entry: LogEntry, query: LogQuery): boolean {
  return query.until !== undefined && unixSeconds(entry.time) > query.until;
}
