import { join } from 'node:path';
import { messageOf, type OutputChunk } from '../../../hooks/index.ts';
import { timestamp } from './clock.ts';
import { encodeEntry } from './entry.ts';
import { LineSplitter } from './LineSplitter.ts';
import { LogFile, type Rotation } from './LogFile.ts';
import { Remainder } from './Remainder.ts';

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

/**
 * Writes a container's output to its log. Never fails: a full disk must not stop the container, so entries are dropped
 * and counted, and one entry tells so when writing works again.
 */
export class LogWriter {
  readonly #options: LogWriterOptions;
  readonly #file: LogFile;
  readonly #streams: Record<StreamName, { splitter: LineSplitter; remainder: Remainder }>;
  #dropped = 0;
  #failure = '';
  #retryAt = 0;

  constructor(options: LogWriterOptions) {
    this.#options = options;
    this.#file = new LogFile(options.logPath, options);
    this.#streams = { stdout: this.#stream('stdout'), stderr: this.#stream('stderr') };
  }

  write(stream: StreamName, chunk: Buffer): void {
    const { splitter, remainder } = this.#streams[stream];
    this.#append(stream, splitter.push(chunk));
    remainder.save(splitter.rest);
  }

  /** Logs what the streams ended with and closes the files. */
  close(): void {
    this.#retryAt = 0;
    for (const [name, { splitter, remainder }] of Object.entries(this.#streams)) {
      this.#append(name as StreamName, splitter.flush());
      remainder.remove();
    }
    if (this.#dropped > 0) this.#append('stderr', []);
    this.#file.close();
  }

  #stream(name: StreamName) {
    const remainder = new Remainder(join(this.#options.stateDir, `${name}.remainder`));
    return { splitter: new LineSplitter(remainder.load()), remainder };
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
