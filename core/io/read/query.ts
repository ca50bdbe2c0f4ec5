import type { LogEntry, LogQuery } from '../../../hooks/index.ts';
import { unixSeconds } from '../log/entry.ts';

/** Whether the query selects an entry, apart from `tail`. */
export function isSelected(entry: LogEntry, query: LogQuery): boolean {
  const time = unixSeconds(entry.time);
  return query[entry.stream] && time >= (query.since ?? -Infinity) && time <= (query.until ?? Infinity);
}

/** Whether an entry, and therefore every later one, is after the query's end. */
export function isBeyond(entry: LogEntry, query: LogQuery): boolean {
  return query.until !== undefined && unixSeconds(entry.time) > query.until;
}
