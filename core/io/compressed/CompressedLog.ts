import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { encodeEntry } from '../log/entry.ts';
import { decodeHeader, decodeMember, headerBytes, isPossible, type Member, smallestBytes } from './member.ts';

/** What readers need of a file of a log. A read returns less than was asked for only at the end. */
export interface LogBytes {
  read(target: Buffer, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
  close(): Promise<void>;
}

const lineFeed = 0x0a;

/** A part of the plain file: a member, or the place of what is damaged. */
interface Part {
  /** Of its first byte in the plain file. */
  readonly start: number;
  readonly length: number;
  /** In Unix milliseconds. */
  readonly time: number;
  /** Bytes that are missing, if they are others than its length. */
  readonly lost?: number;
  readonly member?: Member;
  /** Of the member in the compressed file. */
  readonly at?: number;
}

/** Blocks that are read backward cross the border of two members. */
const keptMembers = 2;
/** Of the filling in the place of what is damaged: readers keep one line in memory. */
const fillingBytes = 16 * 1024;

/**
 * Reads a compressed log by the positions of the plain file, so that a reader need not know which of both it has. In
 * the place of a damaged part is a line that reports it, and filling that readers skip.
 */
export class CompressedLog implements LogBytes {
  readonly #handle: FileHandle;
  readonly #name: string;
  readonly #parts: readonly Part[];
  /** The contents of the parts that were read last, the newest first; undefined for a damaged part. */
  #read: { part: Part; content: Promise<Buffer | undefined> }[] = [];

  private constructor(handle: FileHandle, name: string, parts: readonly Part[]) {
    this.#handle = handle;
    this.#name = name;
    this.#parts = parts;
  }

  static async open(handle: FileHandle, path: string): Promise<CompressedLog> {
    return new CompressedLog(handle, basename(path), await partsOf(handle));
  }

  /** Bytes of the plain file. */
  get size(): number {
    const last = this.#parts.at(-1)!;
    return last.start + last.length;
  }

  async read(
    target: Buffer,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ bytesRead: number }> {
    let bytesRead = 0;
    let at = this.#parts.findIndex(({ start, length }) => position < start + length);
    for (let part = this.#parts[at]; part && bytesRead < length; part = this.#parts[++at]) {
      const from = position + bytesRead - part.start;
      const to = Math.min(part.length, from + length - bytesRead);
      const content = await this.#contentOf(part);
      const place = target.subarray(offset + bytesRead, offset + bytesRead + to - from);
      if (content) content.copy(place, 0, from, to);
      else this.#report(part, place, from);
      bytesRead += to - from;
    }
    return { bytesRead };
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #contentOf(part: Part): Promise<Buffer | undefined> {
    const known = this.#read.find((one) => one.part === part);
    const found = known ?? { part, content: this.#load(part) };
    this.#read = [found, ...this.#read.filter((one) => one !== found)].slice(0, keptMembers);
    return await found.content;
  }

  async #load({ member, at }: Part): Promise<Buffer | undefined> {
    if (!member || at === undefined) return undefined;
    const data = Buffer.allocUnsafe(member.bytes);
    const { bytesRead } = await this.#handle.read(data, 0, data.length, at);
    return bytesRead < data.length ? undefined : await decodeMember(data, member);
  }

  /** Fills the place of a damaged part from its byte `from` on. */
  #report({ length, lost = length, time }: Part, place: Buffer, from: number): void {
    const text = `[pouch: ${lost} bytes of log cannot be read: ${this.#name} is damaged]\n`;
    // The line before it may be cut off.
    const note = Buffer.from(`\n${encodeEntry('stderr', Buffer.from(text), new Date(time).toISOString())}`);
    place.fill(' ');
    for (let at = fillingBytes - 1 - (from % fillingBytes); at < place.length; at += fillingBytes)
      place[at] = lineFeed;
    if (from < note.length) note.copy(place, 0, from);
    if (from + place.length === length) place[place.length - 1] = lineFeed;
  }
}

/** Reads the headers, up to one that is damaged. */
async function partsOf(handle: FileHandle): Promise<Part[]> {
  const { size, mtimeMs } = await handle.stat();
  const parts: Part[] = [];
  let [at, start, total, time] = [0, 0, smallestBytes, mtimeMs];
  while (at < size) {
    const header = Buffer.alloc(headerBytes);
    await handle.read(header, 0, headerBytes, at);
    const member = decodeHeader(header);
    if (!member || at + member.bytes > size || !isPossible(member, size)) break;
    parts.push({ start, length: member.plainBytes, time: member.time, member, at });
    if (start === 0) total = member.total;
    time = member.time;
    start += member.plainBytes;
    at += member.bytes;
  }
  const lost = total - start;
  // Nothing follows it: readers need not skip gigabytes.
  if (lost > 0) parts.push({ start, length: smallestBytes, lost, time });
  return parts;
}
