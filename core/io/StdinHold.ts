import { closeSync } from 'node:fs';
import { waitUntil } from '../wait/waitUntil.ts';
import { openReadEnd, openWriteEnd } from './fifo/open.ts';

/**
 * Milliseconds that a shim may take to open stdin after it has started a process; it opens it in the background
 * (containerd/fifo).
 */
const openDeadlineMs = 5_000;
const lookAgainMs = 5;

/**
 * Keeps both ends of a stdin FIFO open, without reading or writing.
 * - The read end keeps data that clients send before the shim has opened the FIFO, and lets clients open the write end.
 * - The write end keeps the shim from reading end-of-file between two clients, and from waiting for a writer when the
 * only
 *   client has already ended: kata's shim opens the FIFO only when its virtual machine runs.
 */
export class StdinHold {
  readonly #path: string;
  #readEnd: number | undefined;
  #writeEnd: number | undefined;

  constructor(path: string) {
    this.#path = path;
    this.#readEnd = openReadEnd(path);
    this.#writeEnd = openWriteEnd(path);
  }

  /**
   * Closes the write end once the shim has opened the FIFO, or at the deadline. Callers use it when the process runs
   * and before CloseIO, which in kata's shim waits for the end of the input.
   */
  async endInput(): Promise<void> {
    await waitUntil(() => this.#writeEnd === undefined || this.#hasReader(), {
      withinMs: openDeadlineMs,
      everyMs: lookAgainMs,
    });
    this.#writeEnd = closed(this.#writeEnd);
  }

  close(): void {
    this.#readEnd = closed(this.#readEnd);
    this.#writeEnd = closed(this.#writeEnd);
  }

  /**
   * Whether another process has the read end open. A non-blocking open of the write end fails without a reader
   * (fifo(7)), so this closes the read end for the moment. No data is lost: the write end keeps the content of the
   * pipe, and only this thread writes.
   */
  #hasReader(): boolean {
    this.#readEnd = closed(this.#readEnd);
    try {
      closeSync(openWriteEnd(this.#path));
      return true;
    } catch {
      return false;
    } finally {
      this.#readEnd = openReadEnd(this.#path);
    }
  }
}

function closed(fd: number | undefined): undefined {
  if (fd !== undefined) closeSync(fd);
}
