import { closeSync } from 'node:fs';
import { waitUntil } from '../wait/waitUntil.ts';
import { openReadEnd, openWriteEnd } from './fifo/open.ts';

/**
 * What a shim that has started a process may take to open the process's stdin, in milliseconds; it does so in the
 * background (containerd/fifo).
 */
const openDeadlineMs = 5_000;
const lookAgainMs = 5;

/**
 * Both ends of a stdin FIFO, never read from or written to.
 * - The read end keeps what a client sends before the shim has opened the FIFO, and lets clients open the write end.
 * - The write end keeps a shim from reading an end of input between two clients, and from waiting for a writer when the
 *   only client has ended already: kata's shim opens the FIFO as late as its virtual machine runs.
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
   * Releases the write end once the shim has opened the FIFO: to be called when the process runs and before CloseIO,
   * which waits in kata's shim for the end of the input. Releases it in any case when the deadline has passed.
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
   * Whether another process has the read end open. Opening a write end without waiting fails while nobody has it
   * (fifo(7)), so our own is closed for that moment. Nothing is lost: the write end keeps the pipe's content, and only
   * this thread writes.
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
