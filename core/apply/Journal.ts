/**
 * A container's journal: one JSON object per line, appended before and after each step of an operation. It is read
 * once, at the start of a verb, to find what is applied and which verb was under way when the last daemon ended.
 */
import { closeSync, fdatasync, fstatSync, ftruncateSync, openSync } from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import { type TSchema, Type } from '@sinclair/typebox';
import type { EffectStage } from '../../hooks/effects.ts';
import { integer, map, may, text, texts, word } from '../../hooks/schema.ts';
import { appendWhole } from '../state/appendWhole.ts';
import { writeDurably } from '../state/durable.ts';
import { isObject, parsedJson, problemIn, shown } from '../state/stored.ts';

/** A container that is restarted for years must not fill the disk with its past: bytes after which it is rewritten. */
const compactAbove = 64 * 1024;

/** Of the form below, in the first line. A journal without that line is of version 1. */
const version = 1;

const verbs = [
  'create',
  'start',
  'stop',
  'remove',
  'update',
  'checkpoint',
  'reconcile',
  'snapshot',
  'upgrade',
] as const;
export type Verb = (typeof verbs)[number];

export type JournalEntry =
  | { event: 'journal'; version: number }
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

const op = word(...verbs);

const forms: Record<string, TSchema> = {
  journal: Type.Object({ version: integer }),
  begin: Type.Object({ op }),
  intent: Type.Object({
    key: text,
    kind: text,
    stage: word('create', 'start'),
    args: map(Type.Unknown()),
    needs: may(texts),
  }),
  done: Type.Object({ key: text }),
  undone: Type.Object({ key: text }),
  commit: Type.Object({ op }),
};

/** What a journal says. */
export interface ReadJournal {
  entries: JournalEntry[];
  /** The first line that cannot be read. A missing or empty file has none. */
  damage?: string;
  isMissing: boolean;
  /** Written by a later Pouch: its lines may mean something else. */
  isNewer: boolean;
}

/** The file is append-only; an entry that matters for the undo is on disk before `append` resolves. */
export class Journal {
  readonly path: string;
  #file: number | undefined;
  /** Where to append, if a crash of the host has cut off the last line. */
  #end: { at: number; isWhole: boolean } | undefined;
  /** The flush that entries of this moment share. */
  #flushing: Promise<void> | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Appends entries; `durable` waits for the disk (a host crash must find them), one flush for all that are appended
   * at the same moment. The write itself goes to the page cache in some 10 µs, a tenth of the way through the thread
   * pool. On an error none of the entries is in the file.
   */
  async append(entries: JournalEntry[], options: { durable: boolean }): Promise<void> {
    const file = this.#open();
    appendWhole(file, this.#lead(file) + toLines(entries));
    this.#end = undefined;
    if (options.durable) await this.#flush();
  }

  /** Rewrites a long journal with what still holds. */
  async compact(entries: () => JournalEntry[]): Promise<void> {
    if (fstatSync(this.#open()).size <= compactAbove) return;
    await this.rewrite(entries());
  }

  /** Puts these entries in the place of a damaged file, of which a copy stays beside it. */
  async replace(entries: JournalEntry[]): Promise<void> {
    await copyFile(this.path, `${this.path}.damaged`).catch(ifMissing);
    await this.rewrite(entries);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  /** All entries that can be read; a last line that a crash cut off is not damage. */
  async read(): Promise<ReadJournal> {
    const content = await readFile(this.path).catch(ifMissing);
    const read: ReadJournal = { entries: [], isMissing: content.length === 0, isNewer: false };
    const whole = content.lastIndexOf('\n') + 1;
    const lines = content.toString('utf8', 0, whole).split('\n').slice(0, -1);
    for (const [index, line] of lines.entries()) addLine(read, line, index + 1);
    if (whole < content.length) this.#addLast(read, content.toString('utf8', whole), content.length, whole);
    return read;
  }

  /** A last line without an end counts if it is whole. */
  #addLast(read: ReadJournal, line: string, length: number, begin: number): void {
    const entry = parseLine(line);
    const isWhole = 'value' in entry;
    if (isWhole) read.entries.push(entry.value);
    this.#end = { at: isWhole ? length : begin, isWhole };
  }

  /** Puts these entries in the place of all, in one step. */
  async rewrite(entries: JournalEntry[]): Promise<void> {
    this.close();
    this.#end = undefined;
    await writeDurably(this.path, toLines([{ event: 'journal', version }, ...entries]));
  }

  #open(): number {
    this.#file ??= openSync(this.path, 'a', 0o600);
    return this.#file;
  }

  /** What goes before the next entry: it begins a line of its own, and a new file begins with its version. */
  #lead(file: number): string {
    if (this.#end) ftruncateSync(file, this.#end.at);
    if (this.#end?.isWhole) return '\n';
    return fstatSync(file).size === 0 ? toLines([{ event: 'journal', version }]) : '';
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

function ifMissing(error: NodeJS.ErrnoException): Buffer {
  if (error.code === 'ENOENT') return Buffer.alloc(0);
  throw error;
}

function addLine(read: ReadJournal, line: string, number: number): void {
  // Earlier versions wrote an empty line after a whole one that had no end.
  if (line === '') return;
  const parsed = parseLine(line);
  if ('value' in parsed) read.entries.push(parsed.value);
  else read.damage ??= `journal.jsonl line ${number}: ${parsed.problem}`;
  read.isNewer ||= 'value' in parsed && parsed.value.event === 'journal' && parsed.value.version > version;
}

function parseLine(line: string): { value: JournalEntry } | { problem: string } {
  const found = parsedJson(line);
  if (!isObject(found))
    return { problem: `expected a JSON object, found ${shown(found === undefined ? line : found)}` };
  const event = String(found['event']);
  const schema = Object.hasOwn(forms, event) ? forms[event] : undefined;
  if (!schema)
    return { problem: `event: expected ${Object.keys(forms).join(', ')}, found ${shown(found['event'])}` };
  const problem = problemIn(found, schema);
  return problem === undefined ? { value: found as JournalEntry } : { problem };
}
