import type { FileHandle } from 'node:fs/promises';

/** A disk, or a part of one, that is read at any place. */
export interface BlockReader {
  /** Bytes. */
  readonly size: number;
  /** Returns so many bytes. @throws PCH_IMPORT_INVALID beyond the end */
  read(offset: number, length: number): Promise<Buffer>;
}

/** Bytes of a cached page; metadata is read in smaller pieces. */
const pageBytes = 1 << 16;
const maxPages = 256;

/** Reads an open file. Small pieces come from a cache of its pages. */
export class FileReader implements BlockReader {
  readonly #file: FileHandle;
  readonly size: number;
  readonly #pages = new Map<number, Buffer>();

  constructor(file: FileHandle, size: number) {
    this.#file = file;
    this.size = size;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    if (!Number.isSafeInteger(offset) || offset < 0 || offset + length > this.size)
      throw new RangeError(`expected data at byte ${offset}, found the end of the disk`);
    const page = Math.floor(offset / pageBytes);
    const at = offset - page * pageBytes;
    if (at + length > pageBytes) return this.#readAt(offset, length);
    return (await this.#page(page)).subarray(at, at + length);
  }

  async #page(page: number): Promise<Buffer> {
    const known = this.#pages.get(page);
    if (known) return known;
    const start = page * pageBytes;
    const bytes = await this.#readAt(start, Math.min(pageBytes, this.size - start));
    const [oldest] = this.#pages.keys();
    if (this.#pages.size >= maxPages) this.#pages.delete(oldest!);
    this.#pages.set(page, bytes);
    return bytes;
  }

  async #readAt(offset: number, length: number): Promise<Buffer> {
    const bytes = Buffer.alloc(length);
    let done = 0;
    while (done < length) {
      const { bytesRead } = await this.#file.read(bytes, done, length - done, offset + done);
      if (bytesRead === 0) throw new RangeError(`expected data at byte ${offset}, found the end of the disk`);
      done += bytesRead;
    }
    return bytes;
  }
}

/** Returns a part of a disk. */
export function partOf(disk: BlockReader, start: number, size: number): BlockReader {
  return {
    size,
    read: async (offset, length) => {
      if (offset < 0 || offset + length > size)
        throw new RangeError(`expected data at byte ${offset}, found the end of the partition`);
      return disk.read(start + offset, length);
    },
  };
}
