import type { LogQuery } from '../../../hooks/index.ts';
import { decodeEntry, unixSeconds } from '../log/entry.ts';
import { linesBackward, type Line } from './linesBackward.ts';
import { openRotated, type Listed, type OpenLog } from './openLogs.ts';
import { isSelected } from './query.ts';

/** A position in a log. */
export interface Place {
  /** The file's number. */
  number: number;
  /** In bytes. */
  offset: number;
}

/**
 * Finds where to begin reading: `tail` entries before the end or at the first entry since `since`, whichever is
 * later. Reads backward from the end, so the cost depends on the entries shown, not on those stored. Assumes entries
 * in order of time.
 */
export async function findStart(
  logPath: string,
  { newest, rotated }: Listed,
  query: LogQuery,
): Promise<Place> {
  const oldest = rotated[0]?.number ?? newest?.number ?? 1;
  if (query.tail === undefined && query.since === undefined) return { number: oldest, offset: 0 };
  let wanted = query.tail ?? Infinity;
  let place = endOf({ newest, rotated });
  if (wanted === 0) return place;
  for await (const { number, line } of backward(logPath, { newest, rotated })) {
    const entry = decodeEntry(line.text);
    if (entry === undefined) continue;
    if (unixSeconds(entry.time) < (query.since ?? 0)) return place;
    place = { number, offset: line.offset };
    if (isSelected(entry, query)) wanted -= 1;
    if (wanted === 0) return place;
  }
  return place;
}

function endOf({ newest, rotated }: Listed): Place {
  if (newest === undefined) return { number: (rotated.at(-1)?.number ?? 0) + 1, offset: 0 };
  return { number: newest.number, offset: newest.size };
}

/** Yields the lines of all files, last first, with one file open at a time. */
async function* backward(
  logPath: string,
  { newest, rotated }: Listed,
): AsyncGenerator<{ number: number; line: Line }> {
  if (newest !== undefined) yield* linesOf(newest);
  for (const { number } of rotated.toReversed()) {
    const log = await openRotated(logPath, number);
    // Rotation has removed it and the older ones.
    if (log === undefined) return;
    try {
      yield* linesOf(log);
    } finally {
      await log.handle.close();
    }
  }
}

async function* linesOf({ handle, number, size }: OpenLog): AsyncGenerator<{ number: number; line: Line }> {
  for await (const group of linesBackward(handle, size)) for (const line of group) yield { number, line };
}
