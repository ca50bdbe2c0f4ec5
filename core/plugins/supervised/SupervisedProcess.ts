import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Sidecar, SidecarPhase } from '../../../hooks/contributions/sidecar.ts';
import type { Logger } from '../../../hooks/defineHook.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { FileSafety, ownUsers } from '../../../hooks/FileSafety.ts';
import { FifoReader, readSize } from '../../io/fifo/FifoReader.ts';
import { makeFifo } from '../../io/fifo/makeFifo.ts';
import {
  isAlive,
  identify,
  ManagedProcess,
  type ProcessEvent,
  type ProcessHandling,
  type ProcessIdentity,
} from '../../supervise/index.ts';
import { signal as signalProcess } from '../../supervise/processIdentity.ts';
import { waitUntil } from '../../wait/waitUntil.ts';
import { describeEnd } from '../process/describeEnd.ts';
import type { LimitedCgroup } from '../process/LimitedCgroup.ts';
import { PluginOutput } from '../process/PluginOutput.ts';
import { idsOfUser } from './idsOfUser.ts';
import type { ProcessFiles } from './ProcessFiles.ts';

export type ProcessAction = 'started' | 'adopted' | 'exited';

export interface SupervisedOptions {
  /** `sidecar` or `process`, for messages and the log. */
  readonly noun: string;
  readonly name: string;
  readonly declaration: Pick<
    Sidecar,
    'command' | 'ready' | 'readyWithinMs' | 'restart' | 'attempts' | 'stop'
  >;
  readonly user: string;
  readonly files: ProcessFiles;
  /** Has the kernel make its cgroup. @throws Error if its limits cannot be set */
  newCgroup(): LimitedCgroup;
  /** What to spawn. @param procs files that its processes enter the cgroup by */
  launchWith(procs: readonly string[]): { argv: readonly string[]; env: Record<string, string> };
  /** It is started by `pouch-confine --report`. */
  readonly isReported?: boolean;
  /** Its executable must belong to root or the user of pouchd. */
  readonly isFound?: boolean;
  /** It is tried again until it runs, also when its first start fails, and never reported as failed. */
  readonly isOptional?: boolean;
  /** Gets the other end of its descriptor 3 after each start. It is started by `pouch-confine --channel`. */
  readonly channel?: ((socket: Socket) => void) | undefined;
  readonly log: Logger;
  /** Of one that may be adopted. */
  readonly fingerprint: string;
  /** Reports that it has failed too often, or has ended and is not started again. */
  onFailed(error: PouchError): void;
  onEvent(action: ProcessAction, attributes: Record<string, string>): void;
}

export interface SupervisedStatus {
  phase: SidecarPhase;
  pid?: number;
  adopted: boolean;
  restarts: number;
  /** How it has ended last: `exit code 3`. */
  end?: string;
  lastError?: string;
}

/** Milliseconds without a failure that end a row of failures. */
const stableMs = 60_000;
/** Milliseconds that the kernel may take for SIGKILL. */
const killWithinMs = 5000;
const defaultGraceMs = 3000;
const defaultReadyMs = 10_000;

/** A process of a plugin with its output, its directory and its cgroup. */
export class SupervisedProcess {
  readonly #options: SupervisedOptions;
  readonly #title: string;
  readonly #process: ManagedProcess;
  readonly #output: PluginOutput;
  #reader: FifoReader | undefined;
  #cgroup: LimitedCgroup;
  #hasLine = false;
  #isAdopting = true;
  #failures = 0;
  #lastFailure = 0;
  #lastError: string | undefined;
  #end: string | undefined;
  #hasEnded = false;

  /** @throws Error if its limits cannot be set */
  constructor(options: SupervisedOptions) {
    this.#options = options;
    const { noun, name, declaration, files, fingerprint, log } = options;
    this.#title = `the ${noun} ${name}`;
    this.#output = new PluginOutput(() => log, `output of ${this.#title}`);
    this.#cgroup = options.newCgroup();
    const [command = '', ...args] = declaration.command;
    this.#process = new ManagedProcess({
      name: this.#title,
      command,
      args,
      pidFile: files.pidFile,
      logFile: '',
      fingerprint,
      isReady: () => Promise.resolve(this.#isReady()),
      readyWithinMs: declaration.readyWithinMs ?? defaultReadyMs,
      restarts: (exit) => this.#restarts(exit.code === 0),
      retriesStart: options.isOptional ?? false,
      onEvent: (event) => this.#take(event),
      handling: this.#handling(),
    });
  }

  /** Adopts or starts it; resolves when it is ready. @throws PCH_PROCESS_START, PCH_PLUGIN_UNSAFE */
  async start(): Promise<void> {
    this.#openOutput();
    await this.#process.start();
  }

  /** For one that has ended while no pouchd watched it, and is not started again. */
  noteEnded(): void {
    this.#hasEnded = true;
    this.#end = this.#reportedEnd();
    this.#openOutput();
    this.#drain();
    this.#close();
  }

  /** Ends it with all that it has started. @throws PCH_DEADLINE */
  async stop(): Promise<void> {
    try {
      await this.#process.stop();
      if (!(await this.#cgroup.kill())) throw this.#stuck();
      this.#drain();
    } finally {
      this.#close();
    }
    await this.#options.files.remove();
    await this.#cgroup.remove();
  }

  /** Does not start it again. */
  giveUp(): void {
    this.#hasEnded = true;
    this.#process.detach();
  }

  /** Leaves it running. */
  detach(): void {
    this.#process.detach();
    this.#close();
  }

  status(): SupervisedStatus {
    const { phase, pid, adopted, restarts } = this.#process.state();
    return {
      phase: this.#hasEnded || phase === 'stopped' ? 'ended' : phase,
      ...(pid !== undefined && { pid }),
      adopted,
      restarts,
      ...(this.#end !== undefined && { end: this.#end }),
      ...(this.#lastError !== undefined && { lastError: this.#lastError }),
    };
  }

  #handling(): ProcessHandling {
    return {
      prepare: () => this.#prepare(),
      launch: () => this.#launch(),
      // One without a pid file is ended by `prepare`.
      find: () => Promise.resolve(undefined),
      end: (running) => this.#endAll(running),
      tail: () => {
        this.#drain();
        return this.#output.tail;
      },
    };
  }

  async #prepare(): Promise<void> {
    const { declaration, files, user, isFound } = this.#options;
    const [executable = ''] = declaration.command;
    new FileSafety(executable, isFound ? ownUsers() : undefined).check(executable);
    this.#hasLine = false;
    this.#isAdopting = false;
    if (!(await this.#cgroup.kill())) throw this.#stuck();
    await files.renew(await idsOfUser(user));
  }

  #launch() {
    const { files, newCgroup, launchWith, channel } = this.#options;
    // A kill has taken its pids.
    this.#cgroup = newCgroup();
    const { argv, env } = launchWith(this.#cgroup.procs);
    const [program = '', ...args] = argv;
    // It holds both ends: neither its reader's nor its own end breaks the pipe.
    const output = openSync(files.fifo, constants.O_RDWR);
    try {
      const child = spawn(program, args, {
        cwd: '/',
        detached: true,
        env,
        stdio: ['ignore', output, output, ...(channel ? (['pipe'] as const) : [])],
      });
      const failed = new Promise<Error>((resolve) => child.once('error', resolve));
      child.unref();
      if (channel) this.#connect(child, channel);
      return { child, failed };
    } finally {
      closeSync(output);
    }
  }

  /** One whose channel is closed serves nobody. */
  #connect(child: ChildProcess, channel: (socket: Socket) => void): void {
    const socket = child.stdio[3] as Socket | undefined;
    const running = child.pid === undefined ? undefined : identify(child.pid);
    // Without free descriptors (EMFILE) it has none.
    if (!socket || !running) return void socket?.destroy();
    socket.unref();
    socket.on('error', () => socket.destroy());
    socket.once('close', () => void this.#endUnconnected(running));
    channel(socket);
  }

  async #endUnconnected(running: ProcessIdentity): Promise<void> {
    const { signal = 'SIGTERM', graceMs = defaultGraceMs } = this.#options.declaration.stop ?? {};
    if (!isAlive(running)) return;
    this.#cgroup.signal(signal);
    await waitUntil(() => !isAlive(running), { withinMs: graceMs });
    // The rest is killed before the next start.
    signalProcess(running, 'SIGKILL');
  }

  async #endAll(running: ProcessIdentity): Promise<void> {
    const { signal = 'SIGTERM', graceMs = defaultGraceMs } = this.#options.declaration.stop ?? {};
    // The first process of namespaces of its own is outside of the cgroup: it ends with its child.
    this.#cgroup.signal(signal);
    await waitUntil(() => !isAlive(running), { withinMs: graceMs });
    signalProcess(running, 'SIGKILL');
    const isGone = await waitUntil(() => !isAlive(running), { withinMs: killWithinMs });
    if (!(await this.#cgroup.kill()) || !isGone) throw this.#stuck();
  }

  #stuck(): PouchError {
    return new PouchError(
      'PCH_DEADLINE',
      `processes of ${this.#title} did not end within ${killWithinMs} ms of SIGKILL`,
      { hint: `they are stuck in the kernel; pids ${this.#cgroup.pids.join(', ')}, see /proc/PID/stack` },
    );
  }

  #isReady(): boolean {
    const { declaration, files, isReported } = this.#options;
    const { ready } = declaration;
    // It was ready once, and may have taken its socket away since.
    if (isReported && this.#isAdopting) return true;
    if (isReported && !files.reported().hasStarted) return false;
    if (!ready) return true;
    if ('socket' in ready) return files.hasSocket(ready.socket);
    // What an adopted one has written was read by another pouchd.
    return this.#isAdopting || this.#hasLine;
  }

  #restarts(isSuccess: boolean): boolean {
    const { restart = 'always' } = this.#options.declaration;
    const isRestarted = restart === 'always' || (restart === 'on-failure' && !isSuccess);
    if (!isRestarted) this.#hasEnded = true;
    return isRestarted;
  }

  #take(event: ProcessEvent): void {
    const { log, onEvent, noun, name } = this.#options;
    if (event.type === 'exited') return this.#exited(event);
    if (event.type === 'restart-failed') {
      if (this.#options.isOptional) this.#logFailure(event.error);
      return this.#failed(event.error);
    }
    log.info(`${noun} ${event.type}`, { [noun]: name, pid: event.pid });
    onEvent(event.type, { pid: String(event.pid) });
  }

  #exited(exit: Extract<ProcessEvent, { type: 'exited' }>): void {
    const { log, onEvent, noun, name } = this.#options;
    const { code, signal, pid, restartInMs } = exit;
    this.#drain();
    const isKnown = code !== null || signal !== null;
    this.#end = this.#reportedEnd() ?? (isKnown ? describeEnd(exit) : undefined);
    const how = this.#end === undefined ? 'ended' : `ended (${this.#end})`;
    onEvent('exited', { pid: String(pid), how });
    log.warn(`${noun} ${how}`, { [noun]: name, pid, restartInMs });
    if (this.#hasEnded && code === 0) return;
    this.#failed(new PouchError('PCH_PROCESS_START', `${this.#title} ${how}`, this.#hint()));
  }

  /** Of an adopted process only the report has it. */
  #reportedEnd(): string | undefined {
    const { exitCode } = this.#options.isReported ? this.#options.files.reported() : {};
    return exitCode === undefined ? undefined : describeEnd({ code: exitCode, signal: null });
  }

  #hint(): { hint?: string } {
    const { tail } = this.#output;
    return tail === '' ? {} : { hint: `The end of its output:\n${tail}` };
  }

  #failed(error: PouchError): void {
    const { declaration, onFailed } = this.#options;
    const now = performance.now();
    const { attempts = 5, readyWithinMs = defaultReadyMs } = declaration;
    this.#failures = now - this.#lastFailure > stableMs + readyWithinMs ? 1 : this.#failures + 1;
    this.#lastFailure = now;
    this.#lastError = error.message;
    if (this.#options.isOptional) return;
    if (this.#failures < attempts && !this.#hasEnded) return;
    const times = this.#failures === 1 ? '' : `; it has failed ${this.#failures} times in a row`;
    onFailed(
      new PouchError('PCH_SIDECAR_FAILED', `${error.message}${times}`, {
        cause: error,
        ...(error.hint !== undefined && { hint: error.hint }),
      }),
    );
  }

  #logFailure({ code, message, hint }: PouchError): void {
    const { log, noun, name } = this.#options;
    log.error(`${noun} does not start, and is tried again`, {
      [noun]: name,
      code,
      error: message,
      ...(hint && { hint }),
    });
  }

  #openOutput(): void {
    const { fifo } = this.#options.files;
    try {
      makeFifo(fifo);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const fd = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    this.#reader = new FifoReader(fd, {
      data: (chunk) => this.#read(chunk.toString()),
      end: () => undefined,
    });
    this.#reader.unref();
  }

  #read(text: string): void {
    const { ready } = this.#options.declaration;
    const lines = this.#output.takeText(text);
    if (ready && 'line' in ready) this.#hasLine ||= lines.some((line) => line.includes(ready.line));
    if (this.#reader) this.#output.slowDown(this.#reader, text.length);
  }

  /** What it has written so far. Processes that it has left may write on, so it is not read to its end. */
  #drain(): void {
    this.#reader?.drain(readSize);
  }

  #close(): void {
    this.#output.end();
    this.#reader?.close();
    this.#reader = undefined;
  }
}
