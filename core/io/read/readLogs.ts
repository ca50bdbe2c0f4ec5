import type { LogEntry, LogQuery } from '../../../hooks/index.ts';
import { notHeld, type HeldLog } from './heldLog.ts';
import { LogReader } from './LogReader.ts';
import { LogWatcher } from './LogWatcher.ts';
import { isAsked, isBeyond } from './query.ts';

export interface ReadLogsOptions {
  /** Ends the reading, without an error. */
  signal?: AbortSignal;
  /** Resolves when no more output will come; asked only by `follow`, which then reads to the end. */
  isDone: () => Promise<void>;
  /** Has rotation wait for this reader; called before the log is listed. */
  hold?: () => Promise<HeldLog>;
}

/**
 * Reads a container's log, across its rotated files, damaged lines left out. A log that does not exist is empty.
 *
 * `tail` counts entries of the asked streams, not later than `until`. Where rotation has removed what was not read yet, an
 * entry of stderr says how much.
 */
export async function* readLogs(
  logPath: string,
  query: LogQuery,
  options: ReadLogsOptions,
): AsyncGenerator<LogEntry> {
  const read = query.follow ? followed : stored;
  for await (const entries of read(logPath, query, options)) {
    for (const entry of entries) {
      if (options.signal?.aborted || isBeyond(entry, query)) return;
      if (isAsked(entry, query)) yield entry;
    }
  }
}

async function* stored(
  logPath: string,
  query: LogQuery,
  options: ReadLogsOptions,
): AsyncGenerator<LogEntry[]> {
  yield* reading(logPath, query, options, (reader) => reader.read());
}

async function* followed(
  logPath: string,
  query: LogQuery,
  options: ReadLogsOptions,
): AsyncGenerator<LogEntry[]> {
  const watcher = new LogWatcher(logPath);
  try {
    yield* reading(logPath, query, options, (reader) => following(reader, watcher, query, options));
  } finally {
    watcher.close();
  }
}

async function* reading(
  logPath: string,
  query: LogQuery,
  { hold }: ReadLogsOptions,
  read: (reader: LogReader) => AsyncGenerator<LogEntry[]>,
): AsyncGenerator<LogEntry[]> {
  const held = (await hold?.()) ?? notHeld;
  const reader = new LogReader(logPath, held);
  try {
    await reader.start(query);
    yield* read(reader);
  } finally {
    await reader.close();
    await held.release();
  }
}

async function* following(
  reader: LogReader,
  watcher: LogWatcher,
  query: LogQuery,
  { signal, isDone }: ReadLogsOptions,
): AsyncGenerator<LogEntry[]> {
  const wake = () => watcher.wake();
  let done = false;
  const finished = () => {
    done = true;
    wake();
  };
  isDone().then(finished, finished);
  signal?.addEventListener('abort', wake);
  try {
    for (;;) {
      // Asked before reading: what was written before the end is read after it.
      const last = done;
      yield* reader.read();
      if (last || signal?.aborted || isPast(query.until)) return;
      await watcher.next();
    }
  } finally {
    signal?.removeEventListener('abort', wake);
  }
}

function isPast(until: number | undefined): boolean {
  return until !== undefined && Date.now() / 1000 > until;
}
