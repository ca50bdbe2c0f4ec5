import type { LogEntry } from '../../../hooks/index.ts';
import { timestamp } from '../log/clock.ts';
import { type Delivered, type GivenUp, readGivenUp } from '../log/delivered.ts';
import { LogCursor } from './LogCursor.ts';
import { inodeAt, listLog, openRotated, type OpenLog } from './openLogs.ts';

/** A part of a log, without entries where it only moves to another file. */
export interface Batch {
  readonly entries: readonly LogEntry[];
  /** Once they are delivered. */
  readonly next: Delivered;
  /** Bytes before them that rotation has removed. */
  readonly lost: number;
}

/** Reads a log in batches from where its delivery has ended, over its files, while it grows and is rotated. */
export class DeliveryReader {
  readonly #logPath: string;
  #at: Delivered;
  #current: { log: OpenLog; cursor: LogCursor } | undefined;

  constructor(logPath: string, at: Delivered) {
    this.#logPath = logPath;
    this.#at = at;
  }

  /** Resolves to the batch after the last one; undefined at the current end of the log. */
  async next(): Promise<Batch | undefined> {
    for (;;) {
      if (!this.#current) {
        const lost = await this.#open();
        if (lost === undefined) return undefined;
        if (lost > 0) return this.#batch([note(lost)], lost);
      }
      const { log, cursor } = this.#current!;
      const isNewest = (await inodeAt(this.#logPath)) === log.inode;
      // Read after the look at the name: nothing is written to a file once it has another.
      const entries = await cursor.next();
      if (entries && entries.length > 0) return this.#batch(entries);
      if (entries) continue;
      if (isNewest) return undefined;
      await this.close();
      this.#at = { ...this.#at, file: this.#at.file + 1, offset: 0 };
      return this.#batch([]);
    }
  }

  async close(): Promise<void> {
    await this.#current?.log.handle.close();
    this.#current = undefined;
  }

  #batch(entries: readonly LogEntry[], lost = 0): Batch {
    if (this.#current) this.#at = { ...this.#at, offset: this.#current.cursor.position };
    return { entries, next: this.#at, lost };
  }

  /** Opens the first file that is not delivered. Resolves to the bytes that are missing before it. */
  async #open(): Promise<number | undefined> {
    const { file } = this.#at;
    const { newest, rotated } = await listLog(this.#logPath);
    // Read after the list: a file is noted before it is removed.
    const givenUp = readGivenUp(this.#logPath).filter((one) => one.file >= file);
    const first = rotated.find(({ number }) => number >= file);
    if (!first && !newest) return undefined;
    // If it is the newest still, every file that was given up is older.
    if (!first && newest && (await inodeAt(this.#logPath)) === newest.inode)
      return this.#use(newest, Math.max(file, 1, (givenUp.at(-1)?.file ?? 0) + 1), givenUp);
    await newest?.handle.close();
    const log = first && (await openRotated(this.#logPath, first.number));
    // Rotation was quicker.
    return log ? this.#use(log, log.number, givenUp) : await this.#open();
  }

  #use(log: OpenLog, number: number, givenUp: readonly GivenUp[]): number {
    const { file, offset, lost } = this.#at;
    const removed = givenUp.filter((one) => one.file < number);
    const sum = removed.reduce((bytes, one) => bytes + one.bytes, 0);
    const missing = Math.max(0, removed[0]?.file === file ? sum - offset : sum);
    const from = file === number ? offset : 0;
    this.#current = { log, cursor: new LogCursor(log.handle, from) };
    this.#at = { file: number, offset: from, lost: lost + missing };
    return missing;
  }
}

function note(lost: number): LogEntry {
  const data = Buffer.from(`[pouch: ${lost} bytes of log were removed before they could be delivered]\n`);
  return { stream: 'stderr', time: timestamp(), data };
}
