import type { LogEntries, LogEntry, LogQuery } from '../../../hooks/index.ts';
import { notHeld, type HeldLog } from './heldLog.ts';
import { LogReader } from './LogReader.ts';
import { LogWatcher } from './LogWatcher.ts';
import { isSelected, isBeyond } from './query.ts';

export interface ReadLogsOptions {
  /** Ends reading without an error. */
  signal?: AbortSignal;
  /** Resolves when the output is complete. Only called by `follow`, which then reads to the end. */
  isDone: () => Promise<void>;
  /** Makes rotation wait for this reader. Called before the log is listed. */
  hold?: () => Promise<HeldLog>;
}

/**
 * Reads a container's log with its rotated files and without damaged lines. A log that does not exist is empty.
 *
 * `tail` counts the entries of the selected streams up to `until`. If rotation has removed entries before they were
 * read, an entry of stderr reports the number of bytes.
 */
export function readLogs(logPath: string, query: LogQuery, options: ReadLogsOptions) {
  const batches = () => selected(logPath, query, options);
  return {
    [Symbol.asyncIterator]: () => oneByOne(batches(), options.signal),
    batches: { [Symbol.asyncIterator]: batches },
  } satisfies LogEntries;
}

async function* oneByOne(
  batches: AsyncIterable<readonly LogEntry[]>,
  signal: AbortSignal | undefined,
): AsyncGenerator<LogEntry> {
  for await (const entries of batches)
    for (const entry of entries) {
      if (signal?.aborted) return;
      yield entry;
    }
}

async function* selected(
  logPath: string,
  query: LogQuery,
  options: ReadLogsOptions,
): AsyncGenerator<readonly LogEntry[]> {
  const read = query.follow ? followed : stored;
  for await (const entries of read(logPath, query, options)) {
    if (options.signal?.aborted) return;
    const end = query.until === undefined ? -1 : entries.findIndex((entry) => isBeyond(entry, query));
    const within = end < 0 ? entries : entries.slice(0, end);
    const found = within.filter((entry) => isSelected(entry, query));
    if (found.length > 0) yield found;
    if (end >= 0) return;
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
      // Checked before reading, so that output written before the end is still read.
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
