import type { ChildProcess } from 'node:child_process';
import { hasCode, PouchError, toPouchError } from '../../hooks/errors.ts';
import { openFilesLimit } from '../host/openFiles.ts';
import { Backoff } from '../wait/Backoff.ts';
import { endProcess } from './endProcess.ts';
import { findByArguments } from './findProcess.ts';
import { type Launched, type LaunchOptions, launch } from './launch.ts';
import { tailOfLog } from './processLog.ts';
import { readPidFile, removePidFile, writePidFile } from './pidFile.ts';
import { type ProcessIdentity, identify, isAlive } from './processIdentity.ts';
import { waitUntil } from '../wait/waitUntil.ts';

/**
 * `command` is the absolute path of a binary, not of a `#!` script; `args` make the command line unique on the host.
 * A log above `maxLogBytes` (default 16 MiB) is moved to LOGFILE.1 before a start.
 */
export interface ManagedProcessOptions extends LaunchOptions {
  /** For messages, e.g. "containerd". */
  name: string;
  /** Its directory must exist, like that of the log. */
  pidFile: string;
  /**
   * Identifies what the process was started with: a running process with another fingerprint is replaced, not
   * adopted.
   */
  fingerprint?: string;
  /** Whether the process serves. Called repeatedly until it resolves to true; a rejection means not yet. */
  isReady: () => Promise<boolean>;
  /** Default: 20 s. */
  readyWithinMs?: number;
  /** From SIGTERM to SIGKILL. Default: 10 s. */
  stopWithinMs?: number;
  /** Delays before restarts, which double. Default: 100 ms to 30 s. */
  backoff?: { minMs: number; maxMs: number };
  onEvent?: (event: ProcessEvent) => void;
  /** A first start that fails is repeated like later ones, instead of an error. Default: no. */
  retriesStart?: boolean;
  /** Whether it is started again after an exit. Default: always. */
  restarts?: (exit: ProcessExit) => boolean;
  /** How it is started and ended, where that is more than a command with a log. */
  handling?: ProcessHandling;
}

/** Both null: of an adopted process they are unknown. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ProcessHandling {
  /** Runs before each start: ends what an earlier process has left. */
  prepare(): Promise<void>;
  launch(): Launched;
  /** Finds a process that has no pid file. */
  find(): Promise<ProcessIdentity | undefined>;
  /** Resolves when it has ended. @throws PCH_DEADLINE */
  end(running: ProcessIdentity): Promise<void>;
  /** The end of its output. */
  tail(): string;
}

/** Events of a managed process, for the log. The exit code and signal of an adopted process are unknown. */
export type ProcessEvent =
  | { type: 'started' | 'adopted'; pid: number }
  /** `restartInMs` is missing if it is not started again. */
  | { type: 'exited'; pid: number; code: number | null; signal: NodeJS.Signals | null; restartInMs?: number }
  | { type: 'restart-failed'; error: PouchError; restartInMs: number };

export interface ProcessState {
  name: string;
  /** "waiting": it has ended and is restarted after a delay. */
  phase: 'stopped' | 'starting' | 'running' | 'waiting';
  pid: number | undefined;
  /** Whether it was running when this daemon started. */
  adopted: boolean;
  /** Number of restarts since this daemon started. */
  restarts: number;
  logFile: string;
}

/** Milliseconds between checks of an adopted process, whose end is not signalled. */
const pollMs = 500;

/** Milliseconds after which a process has started successfully: the next delay is short again. */
const stableAfterMs = 60_000;

/**
 * A long-running process in its own session. It outlives this daemon, is adopted by the next one, and is restarted
 * when it ends.
 */
export class ManagedProcess {
  readonly #options: ManagedProcessOptions;
  readonly #backoff: Backoff;
  #phase: ProcessState['phase'] = 'stopped';
  #running: ProcessIdentity | undefined;
  /** Unset for an adopted process. */
  #child: ChildProcess | undefined;
  #runningSince = 0;
  #restarts = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Aborted when the process is not watched any more. */
  #watch = new AbortController();

  constructor(options: ManagedProcessOptions) {
    const { minMs, maxMs } = options.backoff ?? { minMs: 100, maxMs: 30_000 };
    this.#options = options;
    this.#backoff = new Backoff(minMs, maxMs);
  }

  /** Adopts the running process or starts one, and waits until it serves. @throws PCH_PROCESS_START */
  async start(): Promise<void> {
    if (this.#phase !== 'stopped') return;
    this.#phase = 'starting';
    this.#watch = new AbortController();
    try {
      await this.#adoptOrLaunch();
    } catch (error) {
      if (this.#options.retriesStart) return this.#retry(error);
      this.#phase = 'stopped';
      throw error;
    }
  }

  /** Ends the process with SIGTERM, or with SIGKILL if it does not end in time. */
  async stop(): Promise<void> {
    this.detach();
    const running = this.#running ?? readPidFile(this.#options.pidFile);
    if (running) await this.#end(running);
  }

  /** Stops watching the process and leaves it running, for the end of the daemon. */
  detach(): void {
    this.#watch.abort();
    clearTimeout(this.#timer);
    this.#phase = 'stopped';
  }

  /** Checks at once whether the process is alive. Callers use it when they lose the connection. */
  check(): void {
    if (this.#phase === 'running' && this.#running && !isAlive(this.#running)) this.#onExit();
  }

  state(): ProcessState {
    return {
      name: this.#options.name,
      phase: this.#phase,
      pid: this.#running?.pid,
      adopted: this.#running !== undefined && this.#child === undefined,
      restarts: this.#restarts,
      logFile: this.#options.logFile,
    };
  }

  async #adoptOrLaunch(): Promise<void> {
    const { signal } = this.#watch;
    const found = await this.#findRunning();
    // Stopped or detached meanwhile: a process that started now would run unwatched.
    if (signal.aborted) return;
    if (found && (await this.#adopts(found))) return;
    await this.#options.handling?.prepare();
    if (signal.aborted) return;
    await this.#launch();
    await this.#becomeReady();
  }

  /**
   * Returns the process of the pid file, or one with the same command line if the daemon ended before it wrote the
   * pid file. One of Pouch's own with a lower limit of open files than this daemon is replaced: it was started before
   * the limit was raised.
   */
  async #findRunning(): Promise<ProcessIdentity | undefined> {
    const { command, args, fingerprint = '', pidFile, handling } = this.#options;
    const record = readPidFile(pidFile);
    if (record && isAlive(record)) {
      const hasLimit = handling !== undefined || openFilesLimit(record.pid) >= openFilesLimit();
      const isCurrent = record.fingerprint === fingerprint && hasLimit;
      if (isCurrent) return record;
      await this.#end(record);
    }
    return await (handling ? handling.find() : findByArguments([command, ...args]));
  }

  /** Resolves to false after ending a process that does not serve. */
  async #adopts(found: ProcessIdentity): Promise<boolean> {
    this.#child = undefined;
    this.#record(found);
    try {
      await this.#becomeReady();
    } catch (error) {
      if (hasCode(error, 'PCH_PROCESS_START')) return false;
      throw error;
    }
    this.#options.onEvent?.({ type: 'adopted', pid: found.pid });
    return true;
  }

  async #launch(): Promise<void> {
    const { child, failed } = this.#options.handling?.launch() ?? launch(this.#options);
    if (child.pid === undefined) throw this.#startError('cannot be executed', await failed);
    try {
      const started = identify(child.pid);
      if (!started) throw this.#startError('ended at once');
      this.#child = child;
      this.#record(started);
    } catch (error) {
      // Without a pid file it would continue to run beside its successor.
      child.kill('SIGKILL');
      this.#forget();
      throw error;
    }
    this.#options.onEvent?.({ type: 'started', pid: child.pid });
  }

  #record(identity: ProcessIdentity): void {
    this.#running = identity;
    this.#runningSince = performance.now();
    writePidFile(this.#options.pidFile, { ...identity, fingerprint: this.#options.fingerprint ?? '' });
  }

  async #becomeReady(): Promise<void> {
    const { isReady, readyWithinMs = 20_000 } = this.#options;
    const { signal } = this.#watch;
    const running = this.#running as ProcessIdentity;
    let ready = false;
    const settled = async () => (ready = await isReady().catch(() => false)) || !isAlive(running);
    await waitUntil(settled, { withinMs: readyWithinMs, signal });
    if (signal.aborted) return;
    if (!ready) await this.#failStart(running, readyWithinMs);
    this.#phase = 'running';
    this.#watchExit();
  }

  /** Ends a process that does not serve, which would keep its locks. */
  async #failStart(running: ProcessIdentity, withinMs: number): Promise<never> {
    const what = isAlive(running) ? `was not ready within ${withinMs} ms` : 'ended before it was ready';
    await this.#end(running);
    throw this.#startError(what);
  }

  /** Watches for its exit: of a child by its event, of an adopted process by polling. */
  #watchExit(): void {
    const child = this.#child;
    if (!child) return this.#poll();
    if (child.exitCode !== null || child.signalCode !== null) this.#onExit();
    else child.once('exit', () => this.#onExit());
  }

  #poll(): void {
    this.check();
    if (this.#phase === 'running') this.#timer = setTimeout(() => this.#poll(), pollMs).unref();
  }

  #onExit(): void {
    if (this.#phase !== 'running') return;
    const [pid, child] = [this.#running?.pid ?? 0, this.#child];
    if (performance.now() - this.#runningSince > stableAfterMs) this.#backoff.reset();
    this.#forget();
    const exit = { code: child?.exitCode ?? null, signal: child?.signalCode ?? null };
    const isRestarted = this.#options.restarts?.(exit) ?? true;
    if (!isRestarted) this.detach();
    const restart = isRestarted ? { restartInMs: this.#restartLater() } : {};
    this.#options.onEvent?.({ type: 'exited', pid, ...exit, ...restart });
  }

  #restartLater(): number {
    clearTimeout(this.#timer);
    this.#phase = 'waiting';
    const ms = this.#backoff.next();
    this.#timer = setTimeout(() => void this.#restart(), ms);
    return ms;
  }

  async #restart(): Promise<void> {
    this.#phase = 'starting';
    this.#restarts += 1;
    try {
      // A process that could not be ended or recorded may still be running.
      await this.#adoptOrLaunch();
    } catch (error) {
      this.#retry(error);
    }
  }

  #retry(cause: unknown): void {
    if (this.#watch.signal.aborted) return;
    const error = toPouchError(cause);
    this.#options.onEvent?.({ type: 'restart-failed', error, restartInMs: this.#restartLater() });
  }

  async #end(running: ProcessIdentity): Promise<void> {
    const { name, pidFile, stopWithinMs = 10_000, handling } = this.#options;
    await (handling ? handling.end(running) : endProcess(running, name, stopWithinMs));
    removePidFile(pidFile);
    this.#forget();
  }

  #forget(): void {
    this.#running = undefined;
    this.#child = undefined;
  }

  #startError(what: string, cause?: unknown): PouchError {
    const { name, command, logFile, handling } = this.#options;
    const hint = handling ? hintOfOutput(handling.tail()) : hintOfLog(logFile);
    return new PouchError('PCH_PROCESS_START', `${name} (${command}) ${what}`, { hint, cause });
  }
}

function hintOfLog(logFile: string): string {
  const tail = tailOfLog(logFile);
  return tail === '' ? `See its log ${logFile}.` : `The end of its log ${logFile}:\n${tail}`;
}

function hintOfOutput(tail: string): string {
  return tail === '' ? 'It has written nothing.' : `The end of its output:\n${tail}`;
}
