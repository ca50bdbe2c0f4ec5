import { BacklogBudget } from './Backlog.ts';
import { ContainerLog, type LogProblem } from './ContainerLog.ts';
import type { Rotation } from './LogFile.ts';
import { LogHolds } from './LogHolds.ts';

/** How often logs are looked after, in milliseconds. */
const tendMs = 1000;

export interface LogSource extends Rotation {
  container: string;
  logPath: string;
}

/**
 * The logs of all containers, by their paths, and who reads them. A log outlives the run that writes it while lines wait for
 * space or files for readers.
 */
export class ContainerLogs {
  readonly #report: (container: string, problem: LogProblem) => void;
  readonly #budget = new BacklogBudget();
  readonly #holds = new Map<string, LogHolds>();
  readonly #logs = new Map<string, ContainerLog>();
  /** Logs that a run writes to. */
  readonly #open = new Set<string>();

  constructor(report: (container: string, problem: LogProblem) => void) {
    this.#report = report;
    setInterval(() => this.#tend(), tendMs).unref();
  }

  /** The log for a new run of a container. */
  open({ container, logPath, maxSize, maxFile }: LogSource): ContainerLog {
    this.#open.add(logPath);
    const known = this.#logs.get(logPath);
    if (known !== undefined) return known;
    const onProblem = (problem: LogProblem) => this.#report(container, problem);
    const [holds, budget] = [this.#holdsOf(logPath), this.#budget];
    const log = new ContainerLog({ logPath, maxSize, maxFile, holds, budget, onProblem });
    this.#logs.set(logPath, log);
    return log;
  }

  /** The run has ended, and has closed its log. */
  release(logPath: string): void {
    this.#open.delete(logPath);
    this.#forgetSettled(logPath);
  }

  /** A reader begins, or continues at a keeper's restart with the file of that inode. */
  follow(logPath: string, token: string, inode?: string): void {
    const at = inode === undefined ? undefined : this.#logs.get(logPath)?.numberOf(BigInt(inode));
    this.#holdsOf(logPath).add(token, at);
  }

  /** A reader has opened a file. Returns its number, unless nobody writes the log, and the bytes that it missed before. */
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

  /** Writes what it can of what waits for space; for the end of the process. */
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
      if (log.isSettled) continue;
      log.flush();
      log.trim();
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
