import { close, closeSync, constants, open, openSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';

/** Milliseconds until the thread that opens the FIFO gets its turn: on a busy host that is after Start has returned. */
const lateMs = 20;

/**
 * A process's stdin, in the way of kata's shim in Go: the FIFO is opened for reading in the background, which waits for
 * a writer and gives up when the context of Start ends; the copy ends when no writer is left, and CloseIO waits
 * for that end before it closes the process's stdin (containerd-shim-v2/stream.go, service.go; containerd/fifo).
 */
export class Input {
  readonly #path: string;
  readonly #target: Writable;
  readonly #copied: Promise<void>;
  #settle: () => void = () => undefined;
  #source: Socket | undefined;
  #state: 'waiting' | 'open' | 'done' = 'waiting';

  constructor(path: string, target: Writable, context: AbortSignal) {
    this.#path = path;
    this.#target = target.on('error', () => this.cancel());
    this.#copied = new Promise((resolve) => (this.#settle = resolve));
    context.addEventListener('abort', () => this.#state === 'waiting' && this.cancel(), { once: true });
    setTimeout(() => this.#open(), lateMs);
  }

  /** CloseIO. */
  async close(): Promise<void> {
    await this.#copied;
    this.#target.end();
  }

  /** Ends the copy, and an open that waits: the other end lets it return. */
  cancel(): void {
    if (this.#state === 'waiting') unblock(this.#path);
    this.#state = 'done';
    this.#source?.destroy();
    this.#settle();
  }

  #open(): void {
    if (this.#state === 'done') return;
    open(this.#path, constants.O_RDONLY, (error, fd) => {
      if (error) return this.cancel();
      if (this.#state === 'done') return close(fd);
      this.#state = 'open';
      this.#source = new Socket({ fd, readable: true, writable: false });
      this.#source.on('error', () => this.cancel()).once('end', () => this.cancel());
      this.#source.pipe(this.#target, { end: false });
    });
  }
}

function unblock(path: string): void {
  try {
    closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK));
  } catch {
    // Nobody waits there.
  }
}
