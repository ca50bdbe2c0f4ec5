import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { PouchError, type Logger, type OutputChunk } from '../../hooks/index.ts';
import { ConsoleConnection } from './console/ConsoleConnection.ts';
import { type ConsoleSettings, startConsole } from './console/startConsole.ts';
import { FifoWriter } from './fifo/FifoWriter.ts';
import { makeFifo } from './fifo/makeFifo.ts';
import { KeeperLink } from './KeeperLink.ts';
import { keeperSocket, streamPaths, type StreamPaths } from './layout.ts';
import { LogHold } from './LogHold.ts';
import type { KeeperEvent, StreamsConfig } from './protocol.ts';
import { StdioHolds } from './StdioHolds.ts';
import { Subscription } from './Subscription.ts';

/** Bytes of the longest path of a unix socket, without its final NUL (unix(7)). */
const maxSocketPath = 107;
/** Milliseconds that `finish` waits for writers that outlive the process, such as a grandchild with the pipe. */
const finishDeadlineMs = 2000;
/** Milliseconds that are added to a request's own deadline. */
const graceMs = 5000;
/** Milliseconds after which a consumer that reads nothing is disconnected. */
const defaultStallMs = 60_000;

/**
 * Node's flags for the log keeper: a small young generation and no helper threads. A process that only copies gains
 * nothing from them, and they cost 10 to 20 MB under load.
 */
export const keeperNodeFlags: readonly string[] = [
  '--max-semi-space-size=1',
  '--v8-pool-size=0',
  '--single-threaded',
];

export interface ContainerIoOptions {
  /** STATE. The FIFOs and the keeper's files are in STATE/io. */
  stateDir: string;
  log: Logger;
  /** argv of the keeper, to which the directory is appended. The first is an absolute path. */
  keeperCommand: readonly string[];
  /** Path of `pouch-console`; missing: no container has a console of its own. */
  consoleProgram?: string;
}

export interface OpenOptions {
  tty: boolean;
  stdin: boolean;
  /** Null: the output is not logged. */
  logPath: string | null;
  /** Bytes after which the log is rotated. */
  maxSize?: number;
  /** Log files to keep, including the current one. */
  maxFile?: number;
  /** Bytes of rotated files that wait for delivery to a log driver; undefined: it has none. */
  keepBytes?: number;
  /** Whether rotated files are compressed. */
  compress?: boolean;
}

/** The streams of a containerd task; '' for a stream that it does not have. */
export interface StdioPaths {
  stdin: string;
  stdout: string;
  stderr: string;
  terminal: boolean;
}

export interface SubscribeOptions {
  /**
   * Milliseconds after which a consumer that reads nothing is disconnected with PCH_ATTACH_TOO_SLOW; until then it
   * blocks the container. 0: never, for a foreground `run`. Default: 60 s.
   */
  stallMs?: number;
}

export type LiveOutput = AsyncIterable<OutputChunk> & {
  /** Resolves when the subscription is live: it misses no later output. */
  ready: Promise<void>;
  close(): void;
};

/** The streams of containers. The log keeper reads and logs the output. */
export class ContainerIo {
  readonly #ioDir: string;
  readonly #log: Logger;
  readonly #link: KeeperLink;
  readonly #holds = new StdioHolds();
  readonly #writers = new Map<string, Set<FifoWriter>>();
  /** Containers that this daemon has opened and not finished. */
  readonly #opened = new Map<string, StreamsConfig>();
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #logHolds = new Set<LogHold>();
  readonly #consoleProgram: string | undefined;
  /** Boots whose end is not reported yet, by container. */
  readonly #booting = new Map<string, Promise<void>>();

  constructor({ stateDir, log, keeperCommand, consoleProgram }: ContainerIoOptions) {
    this.#consoleProgram = consoleProgram;
    this.#ioDir = join(stateDir, 'io');
    this.#log = log;
    this.#link = new KeeperLink({
      ioDir: this.#ioDir,
      command: keeperCommand,
      log,
      onEvent: (event) => this.#onEvent(event),
      onConnected: () => this.#restore(),
    });
  }

  /**
   * Adopts the keeper of an earlier daemon, or starts one.
   * @throws PCH_OPTION_INVALID, PCH_PROCESS_START
   */
  async start(): Promise<void> {
    checkSocketPath(keeperSocket(this.#ioDir));
    mkdirSync(this.#ioDir, { recursive: true, mode: 0o700 });
    for (const container of this.#onDisk()) this.#holds.hold(container, this.#paths(container));
    await this.#link.start();
  }

  /**
   * Creates a container's FIFOs, which the keeper starts to read. Callers open them before they create the task: the
   * shim waits for a reader. Closes the streams of an earlier run of the container.
   */
  async open(container: string, options: OpenOptions): Promise<StdioPaths> {
    const paths = this.#paths(container);
    const { tty, stdin, maxSize, maxFile, keepBytes, compress } = options;
    this.#makeFifos(container, options);
    const logPath = options.logPath ?? undefined;
    const config = { container, tty, logPath, maxSize, maxFile, keepBytes, compress };
    await this.#link.call({ op: 'open', config });
    this.#opened.set(container, config);
    return {
      stdin: stdin ? paths.stdin : '',
      stdout: paths.stdout,
      stderr: tty ? '' : paths.stderr,
      terminal: tty,
    };
  }

  /**
   * Returns live output from now on. It ends when every stream has ended. Rejects with PCH_ATTACH_TOO_SLOW, or with
   * PCH_CONTAINER_NOT_RUNNING if the container has no streams. Leaving the loop closes it.
   */
  subscribe(container: string, { stallMs = defaultStallMs }: SubscribeOptions = {}): LiveOutput {
    const subscription = new Subscription({
      container,
      stallMs,
      token: randomUUID(),
      connect: () => this.#link.connectSubscriber(),
      onDone: ({ token }) => this.#subscriptions.delete(token),
    });
    this.#subscriptions.set(subscription.token, subscription);
    void subscription.start();
    return subscription;
  }

  /**
   * Resolves to a writer for the container's stdin; several may write. Data that is written before the task is
   * created waits in the pipe (64 KiB; further writes wait). The process reads end-of-file when every writer has
   * ended and both `endInput` and the task's CloseIO were called: the shim has a write end of its own. With a tty
   * callers must not use CloseIO: the shim would also stop copying the output.
   */
  openStdin(container: string): Promise<Writable> {
    return new Promise((resolve) => resolve(this.#openStdin(container)));
  }

  /**
   * Lets the shim read the end of the input. Callers use it when the process runs and before CloseIO. Resolves once
   * the shim has opened the FIFO, also for an unknown container.
   */
  async endInput(container: string): Promise<void> {
    await this.#holds.endInput(container);
  }

  /**
   * Closes the streams after the process has ended. Resolves when the log has all output, the subscribers are being
   * sent it, and the FIFOs are removed; also for an unknown container.
   * `deadlineMs`: for output that does not end because a process outside the container has the pipe open. Default: 2 s.
   */
  async finish(container: string, deadlineMs: number = finishDeadlineMs): Promise<void> {
    const { complete } = await this.#link.call({ op: 'finish', container, deadlineMs }, deadlineMs + graceMs);
    this.#opened.delete(container);
    if (!complete)
      this.#log.warn('the output still had a writer after the process ended', { container, deadlineMs });
    this.#closeStdin(container);
    this.#holds.release(container);
    rmSync(this.#paths(container).directory, { recursive: true, force: true });
  }

  /**
   * Makes rotation keep the files of a log until they are read, within limits of time and bytes. Callers hold a log
   * before they list its files. Never rejects.
   */
  async holdLog(logPath: string): Promise<LogHold> {
    const hold: LogHold = new LogHold({
      link: this.#link,
      logPath,
      log: this.#log,
      onRelease: () => this.#logHolds.delete(hold),
    });
    this.#logHolds.add(hold);
    await hold.begin();
    return hold;
  }

  /**
   * Gives a container, whose init has not run, a terminal as its /dev/console. A process of its own holds it: it writes
   * lines to the log, serves clients, and ends with the init.
   */
  async startConsole(
    container: string,
    settings: Pick<ConsoleSettings, 'pid' | 'log' | 'notify'>,
  ): Promise<void> {
    const program = this.#consoleProgram;
    if (!program) return;
    const directory = this.#paths(container).directory;
    const { booted } = await startConsole({ ...settings, program, directory });
    if (settings.notify === '') return;
    this.#booting.set(container, booted);
    void booted.then(() => {
      if (this.#booting.get(container) === booted) this.#booting.delete(container);
    });
  }

  /**
   * Returns the end of a container's boot, if its init reports that to this daemon: a promise that resolves then, or
   * when the init has ended.
   */
  bootOf(container: string): Promise<void> | undefined {
    return this.#booting.get(container);
  }

  /** Connects to a container's console. Resolves to undefined if it has none of its own. */
  openConsole(container: string): Promise<ConsoleConnection | undefined> {
    return ConsoleConnection.open(this.#paths(container).directory);
  }

  /** Resolves to the containers that were opened and not finished, according to the keeper. */
  async known(): Promise<string[]> {
    return (await this.#link.call({ op: 'list' })).containers;
  }

  /** `keeper`: also ends the keeper, which reads all output; else it continues without a daemon. */
  async stop(options: { keeper: boolean }): Promise<void> {
    for (const subscription of this.#subscriptions.values()) subscription.close();
    for (const container of this.#writers.keys()) this.#closeStdin(container);
    this.#holds.releaseAll();
    await this.#link.stop(options);
  }

  #paths(container: string): StreamPaths {
    return streamPaths(this.#ioDir, container);
  }

  #onDisk(): string[] {
    const entries = readdirSync(this.#ioDir, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  }

  #makeFifos(container: string, { tty, stdin }: OpenOptions): void {
    const paths = this.#paths(container);
    this.#closeStdin(container);
    rmSync(paths.directory, { recursive: true, force: true });
    mkdirSync(paths.directory, { mode: 0o700 });
    if (stdin) makeFifo(paths.stdin);
    makeFifo(paths.stdout);
    if (!tty) makeFifo(paths.stderr);
    this.#holds.hold(container, paths);
  }

  #openStdin(container: string): Writable {
    const writer = new FifoWriter(this.#paths(container).stdin);
    const writers = this.#writers.get(container) ?? new Set();
    this.#writers.set(container, writers.add(writer));
    writer.once('close', () => writers.delete(writer));
    return writer;
  }

  #closeStdin(container: string): void {
    for (const writer of this.#writers.get(container) ?? []) writer.destroy();
    this.#writers.delete(container);
  }

  /** Subscribes before the keeper reads, so that subscribers miss no output of a new keeper. */
  async #restore(): Promise<void> {
    await this.#reopen();
    await Promise.all([...this.#subscriptions.values()].map((subscription) => subscription.connect()));
    await Promise.all([...this.#logHolds].map((hold) => hold.begin()));
    await this.#link.call({ op: 'resume' });
  }

  /** Opens containers that a new keeper does not have because their state file is damaged: their output would block. */
  async #reopen(): Promise<void> {
    const known = new Set(await this.known());
    for (const [container, config] of this.#opened)
      if (!known.has(container)) await this.#link.call({ op: 'open', config });
  }

  #onEvent(event: KeeperEvent): void {
    const { container } = event;
    if (event.event === 'dropped') {
      this.#log.warn('an attached client was too slow and was disconnected', { container });
      this.#subscriptions.get(event.token)?.markDropped();
    } else if (event.error !== '') {
      this.#log.error('cannot write the log of a container; its lines wait in memory', {
        container,
        error: event.error,
      });
    } else {
      this.#log.warn('the log of a container is written again', { container, lostLines: event.dropped });
    }
  }
}

function checkSocketPath(path: string): void {
  if (Buffer.byteLength(path) <= maxSocketPath) return;
  throw new PouchError(
    'PCH_OPTION_INVALID',
    `expected a socket path of at most ${maxSocketPath} bytes, found ${path}`,
    {
      hint: 'set `state` in pouchd.yaml to a shorter path',
    },
  );
}
