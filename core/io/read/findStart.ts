import type { LogQuery } from '../../../hooks/index.ts';
import { decodeEntry, unixSeconds } from '../log/entry.ts';
import { linesBackward } from './linesBackward.ts';
import type { OpenLog } from './log-files.ts';
import { isAsked } from './query.ts';

/** A place in a list of log files. */
export interface Place {
  file: number;
  offset: number;
}

/**
 * Where to begin reading: `tail` entries before the end, or at the first entry since `since`, whichever is later. Reads
 * backward from the end, so it costs what is shown and not what is stored; entries are taken to be in the order of time.
 */
export async function findStart(logs: readonly OpenLog[], query: LogQuery): Promise<Place> {
  if (query.tail === undefined && query.since === undefined) return { file: 0, offset: 0 };
  let wanted = query.tail ?? Infinity;
  let place = endOf(logs);
  for (let file = logs.length - 1; file >= 0 && wanted > 0; file--) {
    for await (const line of lines(logs[file])) {
      const entry = decodeEntry(line.text);
      if (entry === undefined) continue;
      if (unixSeconds(entry.time) < (query.since ?? 0)) return place;
      place = { file, offset: line.offset };
      if (isAsked(entry, query)) wanted -= 1;
      if (wanted === 0) return place;
    }
  }
  return place;
}

function endOf(logs: readonly OpenLog[]): Place {
  return { file: Math.max(0, logs.length - 1), offset: logs.at(-1)?.size ?? 0 };
}

async function* lines(log: OpenLog | undefined) {
  if (log === undefined) return;
  for await (const group of linesBackward(log.handle, log.size)) yield* group;
}
