import { BacklogBudget } from './Backlog.ts';
import { Compressor } from './Compressor.ts';
import { ContainerLog, type LogProblem } from './ContainerLog.ts';
import type { Rotation } from './RotatingFile.ts';
import { LogHolds } from './LogHolds.ts';

/** Milliseconds between attempts to write waiting lines and to remove files. */
const tendMs = 1000;

export interface LogSource extends Rotation {
  container: string;
  logPath: string;
}

/**
 * The logs of all containers and their readers, by path. A log outlives the run that writes it while lines wait for
 * space, files for readers, or to be compressed.
 */
export class ContainerLogs {
  readonly #report: (container: string, problem: LogProblem) => void;
  readonly #budget = new BacklogBudget();
  readonly #compressor = new Compressor();
  readonly #holds = new Map<string, LogHolds>();
  readonly #logs = new Map<string, ContainerLog>();
  /** The logs that a run is writing. */
  readonly #open = new Set<string>();

  constructor(report: (container: string, problem: LogProblem) => void) {
    this.#report = report;
    setInterval(() => this.#tend(), tendMs).unref();
  }

  /** Returns the log for a new run of a container. */
  open({ container, logPath, maxSize, maxFile, keepBytes, compress }: LogSource): ContainerLog {
    this.#open.add(logPath);
    const known = this.#logs.get(logPath);
    if (known !== undefined) return known;
    const onProblem = (problem: LogProblem) => this.#report(container, problem);
    const shared = { holds: this.#holdsOf(logPath), budget: this.#budget, compressor: this.#compressor };
    const rotation = { maxSize, maxFile, keepBytes, compress };
    const log = new ContainerLog({ logPath, ...rotation, ...shared, onProblem });
    this.#logs.set(logPath, log);
    return log;
  }

  /** Called after a run has ended and closed its log. */
  release(logPath: string): void {
    this.#open.delete(logPath);
    this.#forgetSettled(logPath);
  }

  /** Adds a reader. After a restart of the keeper, it continues with the file `inode`. */
  follow(logPath: string, token: string, inode?: string): void {
    const at = inode === undefined ? undefined : this.#logs.get(logPath)?.numberOf(BigInt(inode));
    this.#holdsOf(logPath).add(token, at);
  }

  /**
   * Called when a reader has opened a file. Returns its number, unless no run writes the log, and the bytes that the
   * reader missed before it.
   */
  reached(logPath: string, token: string, inode: string): { number?: number; lost: number } {
    const log = this.#logs.get(logPath);
    if (log === undefined) return { lost: 0 };
    const number = log.numberOf(BigInt(inode));
    const lost = this.#holdsOf(logPath).reached(token, number);
    log.trim();
    return { number, lost };
  }

  unfollow(logPath: string, token: string): void {
    const holds = this.#holds.get(logPath);
    holds?.remove(token);
    this.#logs.get(logPath)?.trim();
    this.#forgetSettled(logPath);
  }

  /** Writes waiting lines if it can, before the process ends. */
  flush(): void {
    for (const log of this.#logs.values()) log.flush({ now: true });
  }

  #holdsOf(logPath: string): LogHolds {
    const known = this.#holds.get(logPath);
    if (known !== undefined) return known;
    const holds = new LogHolds();
    this.#holds.set(logPath, holds);
    return holds;
  }

  #tend(): void {
    for (const [path, log] of this.#logs) {
      if (!log.isSettled) {
        log.flush();
        log.trim();
      }
      this.#forgetSettled(path);
    }
  }

  #forgetSettled(path: string): void {
    if (this.#open.has(path)) return;
    const log = this.#logs.get(path);
    log?.close();
    if (log?.isSettled) this.#logs.delete(path);
    if (!this.#logs.has(path) && this.#holds.get(path)?.isEmpty) this.#holds.delete(path);
  }
}
