import { closeSync, ftruncateSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';

/**
 * Keeps a started line (a prompt without its newline) in a file beside the container's state, so that it is not lost
 * with this process. The file is small and on a tmpfs: a write costs some µs.
 */
export class Remainder {
  readonly #path: string;
  #fd: number | undefined;
  /** Bytes in the file; NaN if unknown. */
  #stored = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** What an earlier process left; empty if nothing. */
  load(): Buffer {
    try {
      const data = readFileSync(this.#path);
      this.#stored = data.length;
      return data;
    } catch {
      return Buffer.alloc(0);
    }
  }

  /** Never fails: without the file only the death of this process could lose the started line. */
  save(data: Buffer): void {
    if (data.length === 0 && this.#stored === 0) return;
    try {
      this.#write(data);
    } catch {
      this.#stored = Number.NaN;
    }
  }

  #write(data: Buffer): void {
    this.#fd ??= openSync(this.#path, 'a', 0o600);
    ftruncateSync(this.#fd, 0);
    if (data.length > 0) writeSync(this.#fd, data);
    this.#stored = data.length;
  }

  remove(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
    rmSync(this.#path, { force: true });
  }
}
