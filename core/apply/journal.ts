/**
 * A container's journal: one JSON object per line, appended before and after each step of an operation. It is read
 * once, at the start of the daemon, to tell what was under way when the last one ended.
 */
import { type FileHandle, open, readFile } from 'node:fs/promises';
import type { EffectStage } from '../../hooks/effects.ts';
import { writeDurably } from '../state/durable.ts';

/** A container that is restarted for years must not fill the disk with its past: bytes after which it is rewritten. */
const compactAbove = 64 * 1024;

export type Verb = 'create' | 'start' | 'stop' | 'remove';

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
  #file: FileHandle | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Appends entries in one write; `durable` waits for the disk (a host crash must find them). */
  async append(entries: JournalEntry[], options: { durable: boolean }): Promise<void> {
    this.#file ??= await open(this.#path, 'a', 0o600);
    await this.#file.appendFile(toLines(entries));
    if (options.durable) await this.#file.datasync();
  }

  /** Rewrites a long journal with what still holds. */
  async compact(entries: () => JournalEntry[]): Promise<void> {
    this.#file ??= await open(this.#path, 'a', 0o600);
    if ((await this.#file.stat()).size <= compactAbove) return;
    await this.close();
    await writeDurably(this.#path, toLines(entries()));
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  /** All entries; a last line that a crash cut off is left out. A missing file has none. */
  async read(): Promise<JournalEntry[]> {
    const text = await readFile(this.#path, 'utf8').catch(ignoreMissing);
    const lines = text.split('\n');
    return lines.flatMap((line) => parseLine(line));
  }
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
