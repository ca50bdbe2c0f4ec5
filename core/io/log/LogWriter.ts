import { join } from 'node:path';
import { messageOf } from '../../../hooks/errors.ts';
import type { OutputChunk } from '../../../hooks/index.ts';
import { timestamp } from './clock.ts';
import { encodeEntry } from './entry.ts';
import { LineSplitter } from './LineSplitter.ts';
import { LogFile, type Rotation } from './LogFile.ts';
import { PendingOutput } from './PendingOutput.ts';

type StreamName = OutputChunk['stream'];

/** After a failed write lines are dropped untried for this long: trying costs, and each recovery writes a notice. */
const retryAfterMs = 1000;

export interface LogProblem {
  /** Entries that were not logged since the last success. */
  dropped: number;
  /** The system's words; empty when writing works again. */
  error: string;
}

export interface LogWriterOptions extends Rotation {
  logPath: string;
  /** Directory for what must outlive this process. */
  stateDir: string;
  /** Called at the first failure of a row, and once when writing works again. */
  onProblem: (problem: LogProblem) => void;
}

interface LoggedStream {
  splitter: LineSplitter;
  pending: PendingOutput;
}

/**
 * Writes a container's output to its log. Never fails: a full disk must not stop the container, so entries are dropped
 * and counted, and one entry tells so when writing works again.
 */
export class LogWriter {
  readonly #options: LogWriterOptions;
  readonly #file: LogFile;
  readonly #streams: Record<StreamName, LoggedStream>;
  #dropped = 0;
  #failure = '';
  #retryAt = 0;

  constructor(options: LogWriterOptions) {
    this.#options = options;
    this.#file = new LogFile(options.logPath, options);
    this.#streams = { stdout: this.#stream('stdout'), stderr: this.#stream('stderr') };
    this.#recover('stdout');
    this.#recover('stderr');
  }

  write(stream: StreamName, chunk: Buffer): void {
    const { splitter, pending } = this.#streams[stream];
    pending.begin(splitter.rest, chunk, this.#file.position());
    this.#append(stream, splitter.push(chunk));
    pending.settle(splitter.rest);
  }

  /** Logs what the streams ended with and closes the files. */
  close(): void {
    this.#retryAt = 0;
    for (const [name, { splitter, pending }] of Object.entries(this.#streams)) {
      this.#append(name as StreamName, splitter.flush());
      pending.remove();
    }
    if (this.#dropped > 0) this.#append('stderr', []);
    this.#file.close();
  }

  /**
   * Goes on where an earlier process died: a chunk that it was logging is logged again, from its beginning. Also opens
   * the files, so that little time lies between reading a chunk and having it in a file.
   */
  #recover(stream: StreamName): void {
    const { splitter, pending } = this.#streams[stream];
    const { data, inFlight } = pending.load();
    this.#file.position();
    if (inFlight !== undefined) this.#attempt(() => this.#file.rewind(inFlight));
    this.#append(stream, splitter.push(data));
    pending.settle(splitter.rest);
  }

  #stream(name: StreamName): LoggedStream {
    const pending = new PendingOutput(join(this.#options.stateDir, `${name}.pending`));
    return { splitter: new LineSplitter(), pending };
  }

  #append(stream: StreamName, entries: Buffer[]): void {
    if (entries.length === 0 && this.#dropped === 0) return;
    if (performance.now() < this.#retryAt) this.#dropped += entries.length;
    else if (this.#attempt(() => this.#file.append(this.#encode(stream, entries)))) this.#recovered();
    else this.#dropped += entries.length;
  }

  #encode(stream: StreamName, entries: Buffer[]): string[] {
    const lines = entries.map((entry) => encodeEntry(stream, entry, timestamp()));
    if (this.#dropped > 0) lines.unshift(encodeEntry('stderr', this.#notice(), timestamp()));
    return lines;
  }

  #notice(): Buffer {
    return Buffer.from(`[pouch] ${this.#dropped} entries of this log are missing: ${this.#failure}\n`);
  }

  #attempt(write: () => void): boolean {
    try {
      write();
      return true;
    } catch (error) {
      const first = this.#failure === '';
      this.#failure = messageOf(error);
      this.#retryAt = performance.now() + retryAfterMs;
      if (first) this.#options.onProblem({ dropped: 0, error: this.#failure });
      return false;
    }
  }

  #recovered(): void {
    if (this.#failure === '') return;
    this.#options.onProblem({ dropped: this.#dropped, error: '' });
    this.#failure = '';
    this.#dropped = 0;
  }
}
