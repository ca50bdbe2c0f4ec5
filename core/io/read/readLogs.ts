import type { LogEntry, LogQuery } from '../../../hooks/index.ts';
import { findStart } from './findStart.ts';
import { closeAll, openLogFiles } from './log-files.ts';
import { LogCursor, toTheEnd } from './LogCursor.ts';
import { LogFollower } from './LogFollower.ts';
import { isAsked, isBeyond } from './query.ts';

export interface ReadLogsOptions {
  /** Ends the reading, without an error. */
  signal?: AbortSignal;
  /** Resolves when no more output will come; asked only by `follow`, which then reads to the end. */
  isDone: () => Promise<void>;
}

/**
 * Reads a container's log, across its rotated files, damaged lines left out. A log that is not there is empty.
 *
 * `tail` counts entries of the asked streams, not later than `until`.
 */
export async function* readLogs(
  logPath: string,
  query: LogQuery,
  options: ReadLogsOptions,
): AsyncGenerator<LogEntry> {
  for await (const entries of query.follow ? followed(logPath, query, options) : stored(logPath, query)) {
    for (const entry of entries) {
      if (options.signal?.aborted || isBeyond(entry, query)) return;
      if (isAsked(entry, query)) yield entry;
    }
  }
}

async function* stored(logPath: string, query: LogQuery): AsyncGenerator<LogEntry[]> {
  const logs = await openLogFiles(logPath);
  try {
    const start = await findStart(logs, query);
    for (const [index, { handle, size }] of logs.slice(start.file).entries()) {
      yield* toTheEnd(new LogCursor(handle, index === 0 ? start.offset : 0, size));
    }
  } finally {
    await closeAll(logs);
  }
}

async function* followed(
  logPath: string,
  query: LogQuery,
  { signal, isDone }: ReadLogsOptions,
): AsyncGenerator<LogEntry[]> {
  const follower = new LogFollower(logPath);
  const wake = () => follower.wake();
  let done = false;
  const finished = () => {
    done = true;
    wake();
  };
  isDone().then(finished, finished);
  signal?.addEventListener('abort', wake);
  try {
    await follower.start(query);
    for (;;) {
      // Asked before reading: what was written before the end is read after it.
      const last = done;
      yield* follower.read();
      if (last || signal?.aborted || isPast(query.until)) return;
      await follower.changed();
    }
  } finally {
    signal?.removeEventListener('abort', wake);
    await follower.close();
  }
}

function isPast(until: number | undefined): boolean {
  return until !== undefined && Date.now() / 1000 > until;
}
