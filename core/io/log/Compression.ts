import { renameSync, rmSync } from 'node:fs';
import { messageOf } from '../../../hooks/errors.ts';
import { compressFile } from '../compressed/compressFile.ts';
import type { Compressor } from './Compressor.ts';
import { rotatedPath, unfinishedSuffix } from './rotated.ts';

/** The compression of one rotated file. The plain file is removed once the copy is on the disk. */
export class Compression {
  readonly path: string;
  #isOver = false;

  /** `onEnd` is called once, with the compressed file unless it failed; not after `cancel`. */
  constructor(
    logPath: string,
    number: number,
    compressor: Compressor,
    onEnd: (compressed: { path: string; inode: bigint } | undefined) => void,
  ) {
    this.path = rotatedPath(logPath, number);
    const end = (compressed?: { path: string; inode: bigint }) => {
      if (this.#isOver) return;
      this.#isOver = true;
      onEnd(compressed);
    };
    const target = rotatedPath(logPath, number, true);
    compressor.run(async () => {
      if (this.#isOver) return;
      try {
        const inode = await compressFile(this.path, this.#copy, () => this.#isOver);
        if (inode === undefined || this.#isOver) return rmSync(this.#copy, { force: true });
        renameSync(this.#copy, target);
        // From here on readers find one of both, and a successor of this process removes the copy and makes another.
        rmSync(this.path, { force: true });
        end({ path: target, inode });
      } catch (error) {
        this.#fail(error);
        end();
      }
    });
  }

  /** Frees the space of the copy at once. */
  cancel(): void {
    this.#isOver = true;
    rmSync(this.#copy, { force: true });
  }

  get #copy(): string {
    return `${this.path}${unfinishedSuffix}`;
  }

  #fail(error: unknown): void {
    rmSync(this.#copy, { force: true });
    // The container was removed.
    if (this.#isOver || (error as NodeJS.ErrnoException).code === 'ENOENT') return;
    console.error(`cannot compress ${this.path}, it stays as it is: ${messageOf(error)}`);
  }
}
