/** The channel between the runtime and the native parts; the protocol is in native/init/sync.h. */
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { RunlxcError } from '../cli/error.ts';
import type { OciState } from '../state/status.ts';

/** The channel's descriptor, after the standard streams and those that the container inherits. */
export function channelOf(preservedFds: number): number {
  return 3 + preservedFds;
}

/** Reads the reports of a native process in order. */
export class Reports {
  #rest = '';
  readonly #source: Readable;
  #wake: () => void = () => undefined;
  #hasEnded = false;

  constructor(source: Readable) {
    this.#source = source;
    source.on('data', (data: Buffer) => {
      this.#rest += data.toString();
      this.#wake();
    });
    const end = () => {
      this.#hasEnded = true;
      this.#wake();
    };
    source.on('close', end).on('error', end).on('end', end);
  }

  /**
   * Returns the next report; undefined if the other end is closed.
   * @throws RunlxcError if the report is an error
   */
  async next(): Promise<string | undefined> {
    while (!this.#rest.includes('\0') && !this.#hasEnded)
      await new Promise<void>((resolve) => (this.#wake = resolve));
    const end = this.#rest.indexOf('\0');
    if (end === -1) return undefined;
    const report = this.#rest.slice(0, end);
    this.#rest = this.#rest.slice(end + 1);
    return checked(report);
  }

  close(): void {
    this.#source.destroy();
  }
}

function checked(report: string): string {
  if (report.startsWith('error ')) throw new RunlxcError(report.slice('error '.length));
  return report;
}

/** Resumes an init that waits, with the state for its hooks. Returns false if no init waits. */
export function sendGo(fifo: string, state: OciState): boolean {
  let fd: number;
  try {
    // Fails without a reader instead of waiting for one, fifo(7).
    fd = openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENXIO') return false;
    throw error;
  }
  // The state may exceed the capacity of the pipe; the write must then block.
  const waiting = openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY);
  closeSync(fd);
  try {
    writeAll(waiting, Buffer.from(`${state.pid}\0${JSON.stringify(state)}\0`));
  } finally {
    closeSync(waiting);
  }
  return true;
}

function writeAll(fd: number, data: Buffer): void {
  for (let written = 0; written < data.length;) written += writeSync(fd, data, written);
}

/** Reads the report of an init that starts its program: nothing, or the error. */
export class LastReport {
  readonly #fd: number;

  /** Does not block: the init holds the other end. */
  constructor(fifo: string) {
    this.#fd = openSync(fifo, constants.O_RDONLY);
  }

  /** @throws RunlxcError */
  wait(): void {
    const buffer = Buffer.alloc(4096);
    let report = '';
    for (let size = 1; size > 0; report += buffer.toString('utf8', 0, size))
      size = readSync(this.#fd, buffer);
    closeSync(this.#fd);
    checked(report.replace(/\0$/, ''));
  }
}
