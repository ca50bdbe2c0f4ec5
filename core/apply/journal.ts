/**
 * A container's journal: one JSON object per line, appended before and after each step of an operation. It is read
 * once, at the start of a verb, to tell what is applied and what was under way when the last daemon ended.
 */
import { closeSync, fdatasync, fstatSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { EffectStage } from '../../hooks/effects.ts';
import { appendWhole } from '../state/appendWhole.ts';
import { writeDurably } from '../state/durable.ts';

/** A container that is restarted for years must not fill the disk with its past: bytes after which it is rewritten. */
const compactAbove = 64 * 1024;

export type Verb = 'create' | 'start' | 'stop' | 'remove' | 'update' | 'checkpoint';

export type JournalEntry =
  | { event: 'begin'; op: Verb; time: string }
  | {
      event: 'intent';
      key: string;
      kind: string;
      stage: EffectStage;
      args: Record<string, unknown>;
      needs?: string[];
    }
  | { event: 'done'; key: string; result?: unknown }
  | { event: 'undone'; key: string }
  | { event: 'commit'; op: Verb };

/** The file is append-only; an entry that matters for the undo is on disk before `append` answers. */
export class Journal {
  readonly #path: string;
  #file: number | undefined;
  /** The last line that was read has no end: a crash of the host cut it off. */
  #isCut = false;
  /** The flush that entries of this moment share. */
  #flushing: Promise<void> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Appends entries; `durable` waits for the disk (a host crash must find them), one flush for all that are appended
   * at the same moment. The write itself goes to the page cache in some 10 µs, a tenth of the way through the thread pool.
   * On an error none of the entries is in the file.
   */
  async append(entries: JournalEntry[], options: { durable: boolean }): Promise<void> {
    appendWhole(this.#open(), (this.#isCut ? '\n' : '') + toLines(entries));
    this.#isCut = false;
    if (options.durable) await this.#flush();
  }

  /** Rewrites a long journal with what still holds. */
  async compact(entries: () => JournalEntry[]): Promise<void> {
    if (fstatSync(this.#open()).size <= compactAbove) return;
    this.close();
    await writeDurably(this.#path, toLines(entries()));
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  /** All entries; a last line that a crash cut off is left out. A missing file has none. */
  async read(): Promise<JournalEntry[]> {
    const text = await readFile(this.#path, 'utf8').catch(ignoreMissing);
    const lines = text.split('\n');
    this.#isCut = lines.at(-1) !== '';
    return lines.flatMap((line) => parseLine(line));
  }

  #open(): number {
    this.#file ??= openSync(this.#path, 'a', 0o600);
    return this.#file;
  }

  #flush(): Promise<void> {
    this.#flushing ??= Promise.resolve().then(() => {
      this.#flushing = undefined;
      return flushed(this.#open());
    });
    return this.#flushing;
  }
}

function flushed(file: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fdatasync(file, (error) => (error ? reject(error) : resolve()));
  });
}

function toLines(entries: JournalEntry[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
}

function ignoreMissing(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return '';
  throw error;
}

function parseLine(line: string): JournalEntry[] {
  if (line === '') return [];
  try {
    return [JSON.parse(line) as JournalEntry];
  } catch {
    return [];
  }
}
