import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '../../../hooks/errors.ts';
import { Backlog, BacklogBudget } from './Backlog.ts';
import { timestamp } from './clock.ts';
import type { Compressor } from './Compressor.ts';
import { encodeEntry } from './entry.ts';
import { RotatingFile, type LogPosition, type OnRotation, type Rotation } from './RotatingFile.ts';
import type { LogHolds } from './LogHolds.ts';

/** Milliseconds between a failed write and the next attempt. */
const retryAfterMs = 1000;

export interface LogProblem {
  /** Number of lines lost since the last successful write. */
  dropped: number;
  /** The system's error message; empty when writing works again. */
  error: string;
}

export interface ContainerLogOptions extends Rotation {
  logPath: string;
  holds?: LogHolds;
  /** Shared by all logs. */
  budget?: BacklogBudget;
  /** Shared by all logs. */
  compressor?: Compressor;
  /** Called at the first of several failures, and once when writing works again. */
  onProblem: (problem: LogProblem) => void;
}

/**
 * A container's log over all its runs. Writing never fails: a full disk must not stop the container, so lines wait in
 * memory for space. Beyond the limits of {@link Backlog} they are lost, and the log notes how many.
 */
export class ContainerLog {
  readonly #options: ContainerLogOptions;
  readonly #file: RotatingFile;
  readonly #backlog: Backlog;
  #failure = '';
  #retryAt = 0;

  constructor(options: ContainerLogOptions) {
    this.#options = options;
    this.#file = new RotatingFile(options.logPath, options, options.holds, options.compressor);
    this.#backlog = new Backlog(options.budget ?? new BacklogBudget());
  }

  /** Whether it can be forgotten once it is closed. */
  get isSettled(): boolean {
    return this.#backlog.isEmpty && !this.#file.holdsSurplus && !this.#file.isCompressing;
  }

  /** Undefined if the log cannot be opened. */
  position(): LogPosition | undefined {
    return this.#file.position();
  }

  /** See {@link RotatingFile.linesSince}. 0 if the log cannot be read. */
  linesSince(position: LogPosition): number {
    try {
      return this.#file.linesSince(position);
    } catch (error) {
      this.#failed(error);
      return 0;
    }
  }

  numberOf(inode: bigint): number {
    return this.#file.numberOf(inode);
  }

  /** Does not write waiting lines: callers do before they note a position, which only these lines follow. */
  append(lines: readonly string[], onRotation?: OnRotation): void {
    if (lines.length === 0) return;
    if (!this.#backlog.isEmpty) return this.#backlog.push(lines);
    const { lines: written, error } = this.#file.append(lines, onRotation);
    if (written === lines.length) return this.#recovered();
    this.#failed(error);
    this.#backlog.push(lines.slice(written));
  }

  /** Writes waiting lines, except shortly after a failure. `now`: always. */
  flush({ now = false } = {}): void {
    if (this.#backlog.isEmpty || (!now && performance.now() < this.#retryAt)) return;
    const { lost } = this.#backlog;
    const lines = [...this.#backlog.lines];
    if (lost > 0) lines.push(encodeEntry('stderr', this.#notice(lost), timestamp()));
    const { lines: written, error } = this.#file.append(lines);
    if (written === lines.length) {
      this.#backlog.clear();
      return this.#recovered(lost);
    }
    this.#backlog.written(written);
    if (existsSync(dirname(this.#options.logPath))) this.#failed(error);
    // The container was removed.
    else this.#backlog.clear();
  }

  /** Removes rotated files that no reader needs any more. */
  trim(): void {
    this.#file.trim();
  }

  /** Closes the log after a run. Waiting lines and held files remain. */
  close(): void {
    this.flush({ now: true });
    this.#file.trim();
    this.#file.close();
  }

  #notice(lost: number): Buffer {
    return Buffer.from(`[pouch: ${lost} lines lost: ${this.#failure}]\n`);
  }

  #failed(error: unknown): void {
    const isFirst = this.#failure === '';
    this.#failure = reasonOf(error);
    this.#retryAt = performance.now() + retryAfterMs;
    if (isFirst) this.#options.onProblem({ dropped: 0, error: this.#failure });
  }

  #recovered(dropped = 0): void {
    if (this.#failure === '') return;
    this.#failure = '';
    this.#options.onProblem({ dropped, error: '' });
  }
}

function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' ? 'no space left on device' : messageOf(error);
}
