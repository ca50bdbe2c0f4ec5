import type { LogEntry, LogQuery } from '../../../hooks/index.ts';
import { timestamp } from '../log/clock.ts';
import { findStart } from './findStart.ts';
import type { HeldLog } from './heldLog.ts';
import { inodeAt, listLog, openIfThere, openNext, type Listed, type OpenLog } from './logFiles.ts';
import { LogCursor, toTheEnd } from './LogCursor.ts';

/** Reads a log forward, file after file, also while it grows and is rotated. */
export class LogReader {
  readonly #logPath: string;
  readonly #held: HeldLog;
  /** Number of the file that was read last. */
  #at = 0;
  /** Unset until there is a log. */
  #current: { log: OpenLog; cursor: LogCursor } | undefined;
  /** The last file to read, with its size; unset to read on as the log grows. */
  #end: Pick<OpenLog, 'inode' | 'number' | 'size'> | undefined;
  #isLast = false;
  #lastTime: string | undefined;

  constructor(logPath: string, held: HeldLog) {
    this.#logPath = logPath;
    this.#held = held;
  }

  /** Finds the place where the query begins. Without `follow` the log is read as it is now. */
  async start(query: LogQuery): Promise<void> {
    const listed = await listLog(this.#logPath);
    if (!query.follow) this.#end = listed.newest ?? withoutNewest(listed);
    const { number, offset } = await findStart(listed, query);
    const log = await fileOf(listed, number);
    if (log !== listed.newest) await listed.newest?.handle.close();
    this.#at = number - 1;
    if (log !== undefined) await this.#use(log, offset);
  }

  /** Everything that is there now and was not read yet. */
  async *read(): AsyncGenerator<LogEntry[]> {
    for (;;) {
      yield* this.#rest();
      const next = await this.#next();
      if (next === undefined) return;
      // Written between our reading to the end and the rotation.
      yield* this.#rest();
      const lost = await this.#use(next, 0);
      if (lost > 0) yield [this.#note(lost)];
    }
  }

  async close(): Promise<void> {
    await this.#current?.log.handle.close();
    this.#current = undefined;
  }

  async *#rest(): AsyncGenerator<LogEntry[]> {
    if (this.#current === undefined) return;
    for await (const entries of toTheEnd(this.#current.cursor)) {
      this.#lastTime = entries.at(-1)?.time ?? this.#lastTime;
      yield entries;
    }
  }

  /** The file that follows the current one, once rotation has put that aside. */
  async #next(): Promise<OpenLog | undefined> {
    if (this.#isLast) return undefined;
    const inode = this.#current?.log.inode;
    if (inode !== undefined && (await inodeAt(this.#logPath)) === inode) return undefined;
    return openNext(this.#logPath, this.#at);
  }

  /** Returns the bytes that were lost between the file before and this one. */
  async #use(log: OpenLog, offset: number): Promise<number> {
    await this.close();
    const { number = log.number, lost } = await this.#held.reached(log.inode);
    const end = log.inode === this.#end?.inode ? this.#end.size : Infinity;
    this.#current = { log, cursor: new LogCursor(log.handle, offset, end) };
    this.#at = number;
    this.#isLast = end !== Infinity || number >= (this.#end?.number ?? Infinity);
    return lost;
  }

  /** An entry of stderr, at the time of the last one that was read. */
  #note(lost: number): LogEntry {
    const data = Buffer.from(`[pouch: ${lost} bytes of log were rotated away before they could be read]\n`);
    return { stream: 'stderr', time: this.#lastTime ?? timestamp(), data };
  }
}

function withoutNewest({ rotated }: Listed): Pick<OpenLog, 'inode' | 'number' | 'size'> {
  return { inode: 0n, number: rotated.at(-1)?.number ?? 0, size: 0 };
}

async function fileOf({ newest, rotated }: Listed, number: number): Promise<OpenLog | undefined> {
  if (number === newest?.number) return newest;
  const file = rotated.find((one) => one.number === number);
  return file && openIfThere(file.path, number);
}
