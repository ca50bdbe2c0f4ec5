import type { LogEntry, LogQuery } from '../../../hooks/index.ts';
import { timestamp } from '../log/clock.ts';
import { findStart } from './findStart.ts';
import type { HeldLog } from './heldLog.ts';
import { inodeAt, listLog, openNext, openRotated, type Listed, type OpenLog } from './openLogs.ts';
import { LogCursor, toTheEnd } from './LogCursor.ts';

/** Reads a log forward over its files, also while it grows and is rotated. */
export class LogReader {
  readonly #logPath: string;
  readonly #held: HeldLog;
  /** Number of the current file. */
  #at = 0;
  /** Unset until the log exists. */
  #current: { log: OpenLog; cursor: LogCursor } | undefined;
  /** The last file to read, with its size; unset to follow the log. */
  #end: Pick<OpenLog, 'inode' | 'number' | 'size'> | undefined;
  /** Keeps the number of the last file, which may be rotated and compressed meanwhile, from being given to another. */
  #last: OpenLog | undefined;
  #isLast = false;
  #lastTime: string | undefined;

  constructor(logPath: string, held: HeldLog) {
    this.#logPath = logPath;
    this.#held = held;
  }

  /** Finds the beginning of the query's range. Without `follow` the range ends at the current end of the log. */
  async start(query: LogQuery): Promise<void> {
    const listed = await listLog(this.#logPath);
    if (!query.follow) this.#end = listed.newest ?? withoutNewest(listed);
    const { number, offset } = await findStart(this.#logPath, listed, query);
    const log = await this.#fileOf(listed, number);
    if (log !== listed.newest) this.#last = listed.newest;
    this.#at = number - 1;
    if (log !== undefined) await this.#use(log, offset);
  }

  /** Yields all entries up to the current end. */
  async *read(): AsyncGenerator<LogEntry[]> {
    for (;;) {
      yield* this.#rest();
      const next = await this.#next();
      if (next === undefined) return;
      // Entries written after the file was read to its end and before it was rotated.
      yield* this.#rest();
      const lost = await this.#use(next, 0);
      if (lost > 0) yield [this.#note(lost)];
    }
  }

  async close(): Promise<void> {
    await this.#closeCurrent();
    await this.#last?.handle.close();
    this.#last = undefined;
  }

  async #closeCurrent(): Promise<void> {
    await this.#current?.log.handle.close();
    this.#current = undefined;
  }

  async #fileOf({ newest }: Listed, number: number): Promise<OpenLog | undefined> {
    return number === newest?.number ? newest : await openRotated(this.#logPath, number);
  }

  async *#rest(): AsyncGenerator<LogEntry[]> {
    if (this.#current === undefined) return;
    for await (const entries of toTheEnd(this.#current.cursor)) {
      this.#lastTime = entries.at(-1)?.time ?? this.#lastTime;
      yield entries;
    }
  }

  /** Returns the file after the current one, once that is rotated. */
  async #next(): Promise<OpenLog | undefined> {
    if (this.#isLast) return undefined;
    const inode = this.#current?.log.inode;
    if (inode !== undefined && (await inodeAt(this.#logPath)) === inode) return undefined;
    return openNext(this.#logPath, this.#at);
  }

  /** Switches to a file. Returns the bytes that were lost between the previous file and this one. */
  async #use(log: OpenLog, offset: number): Promise<number> {
    await this.#closeCurrent();
    const { number = log.number, lost } = await this.#held.reached(log.inode);
    const isEnd = log.inode === this.#end?.inode || number === this.#end?.number;
    const end = isEnd ? (this.#end?.size ?? Infinity) : Infinity;
    this.#current = { log, cursor: new LogCursor(log.handle, offset, end) };
    this.#at = number;
    this.#isLast = end !== Infinity || number >= (this.#end?.number ?? Infinity);
    return lost;
  }

  /** Returns an entry of stderr with the time of the last entry. */
  #note(lost: number): LogEntry {
    const data = Buffer.from(`[pouch: ${lost} bytes of log were rotated away before they could be read]\n`);
    return { stream: 'stderr', time: this.#lastTime ?? timestamp(), data };
  }
}

function withoutNewest({ rotated }: Listed): Pick<OpenLog, 'inode' | 'number' | 'size'> {
  return { inode: 0n, number: rotated.at(-1)?.number ?? 0, size: Infinity };
}
