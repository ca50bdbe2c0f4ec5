import type { LogEntry, LogQuery } from '../../../hooks/index.ts';
import { unixSeconds } from '../log/entry.ts';

/** Whether the query selects an entry, apart from `tail`. */
export function isSelected(entry: LogEntry, query: LogQuery): boolean {
  if (!query[entry.stream]) return false;
  if (query.since === undefined && query.until === undefined) return true;
  const time = unixSeconds(entry.time);
  return time >= (query.since ?? -Infinity) && time <= (query.until ?? Infinity);
}

/** Whether an entry, and therefore every later one, is after the query's end. */
export function isBeyond(entry: LogEntry, query: LogQuery): boolean {
  return query.until !== undefined && unixSeconds(entry.time) > query.until;
}
