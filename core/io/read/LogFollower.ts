import { stat } from 'node:fs/promises';
import type { LogEntry, LogQuery } from '../../../hooks/index.ts';
import { findStart } from './findStart.ts';
import { closeAll, openLogFiles, openNextLog, type OpenLog } from './log-files.ts';
import { LogCursor, toTheEnd } from './LogCursor.ts';
import { LogWatcher } from './LogWatcher.ts';

/** Reads a log that grows, and follows its rotation. */
export class LogFollower {
  readonly #logPath: string;
  readonly #watcher: LogWatcher;
  /** Unset until there is a log. */
  #current: { log: OpenLog; cursor: LogCursor } | undefined;

  constructor(logPath: string) {
    this.#logPath = logPath;
    this.#watcher = new LogWatcher(logPath);
  }

  async start(query: LogQuery): Promise<void> {
    const logs = await openLogFiles(this.#logPath);
    const { file, offset } = await findStart(logs, query);
    const log = logs[file];
    await closeAll(logs.filter((other) => other !== log));
    if (log !== undefined) this.#current = { log, cursor: new LogCursor(log.handle, offset) };
  }

  /** Everything that is there now and was not read yet. */
  async *read(): AsyncGenerator<LogEntry[]> {
    for (;;) {
      yield* this.#rest();
      const next = await this.#next();
      if (next === undefined) return;
      // Written between our reading to the end and the rotation.
      yield* this.#rest();
      await this.#current?.log.handle.close();
      this.#current = { log: next, cursor: new LogCursor(next.handle, 0) };
    }
  }

  /** Resolves when there may be more to read. */
  changed(): Promise<void> {
    return this.#watcher.next();
  }

  wake(): void {
    this.#watcher.wake();
  }

  async close(): Promise<void> {
    this.#watcher.close();
    await this.#current?.log.handle.close();
  }

  async *#rest(): AsyncGenerator<LogEntry[]> {
    if (this.#current !== undefined) yield* toTheEnd(this.#current.cursor);
  }

  /** The log that rotation has put in place of the current one. */
  async #next(): Promise<OpenLog | undefined> {
    const inode = this.#current?.log.inode;
    const newest = await stat(this.#logPath).catch(() => undefined);
    return newest === undefined || newest.ino === inode ? undefined : openNextLog(this.#logPath, inode);
  }
}
