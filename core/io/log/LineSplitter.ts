/** Bytes of the longest entry. Docker splits longer lines at the same length. */
export const maxEntryBytes = 16 * 1024;

const newline = 0x0a;

/**
 * Splits a stream of bytes into log entries: one per line with its newline. Longer lines become several entries of
 * which only the last has a newline. No entry ends inside a UTF-8 character.
 */
export class LineSplitter {
  #rest: Buffer = Buffer.alloc(0);

  /** The line whose newline has not been read yet. */
  get rest(): Buffer {
    return this.#rest;
  }

  /** Returns the entries that `chunk` completes. They may share its memory. */
  push(chunk: Buffer): Buffer[] {
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const entries: Buffer[] = [];
    let start = 0;
    for (let end = entryEnd(data, start); end !== undefined; end = entryEnd(data, start)) {
      entries.push(data.subarray(start, end));
      start = end;
    }
    this.#rest = Buffer.from(data.subarray(start));
    return entries;
  }

  /** Returns the incomplete line, if any, and clears it. */
  flush(): Buffer[] {
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    return rest.length === 0 ? [] : [rest];
  }
}

/** Returns the end of the entry that begins at `start`; undefined if it is incomplete. */
function entryEnd(data: Buffer, start: number): number | undefined {
  const found = data.indexOf(newline, start);
  if (found !== -1 && found - start < maxEntryBytes) return found + 1;
  // The byte after the entry shows whether it ends between two characters.
  if (data.length - start <= maxEntryBytes) return undefined;
  return characterBoundary(data, start + maxEntryBytes);
}

/** Returns the last offset up to `end` that is between two UTF-8 characters; `end` itself if the bytes are not text. */
function characterBoundary(data: Buffer, end: number): number {
  for (let at = end; at > end - 4; at--) if (!isContinuation(data[at])) return at;
  return end;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
