import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { PouchError, type Logger, type OutputChunk } from '../../hooks/index.ts';
import { FifoWriter } from './fifo/FifoWriter.ts';
import { makeFifo } from './fifo/makeFifo.ts';
import { KeeperLink } from './KeeperLink.ts';
import { keeperSocket, streamPaths, type StreamPaths } from './layout.ts';
import { LogHold } from './LogHold.ts';
import type { KeeperEvent, StreamsConfig } from './protocol.ts';
import { StdioHolds } from './StdioHolds.ts';
import { Subscription } from './Subscription.ts';

/** The longest path a unix socket can have, without its final NUL (unix(7)). */
const maxSocketPath = 107;
/** What `finish` waits for a writer that is still there, such as a grandchild with the pipe. */
const finishDeadlineMs = 2000;
/** Beyond a request's own deadline. */
const graceMs = 5000;
/** How long a consumer may take nothing before it is cut off. */
const defaultStallMs = 60_000;

export interface ContainerIoOptions {
  /** STATE; the FIFOs and the keeper's files are in STATE/io. */
  stateDir: string;
  log: Logger;
  /** argv to start the keeper with, the directory is appended; the first is an absolute path. */
  keeperCommand: readonly string[];
}

export interface OpenOptions {
  tty: boolean;
  stdin: boolean;
  /** Null: not logged. */
  logPath: string | null;
  /** Bytes after which the log is rotated. */
  maxSize?: number;
  /** Log files kept, with the current one. */
  maxFile?: number;
}

/** What containerd's task takes; '' for a stream that is not there. */
export interface StdioPaths {
  stdin: string;
  stdout: string;
  stderr: string;
  terminal: boolean;
}

export interface SubscribeOptions {
  /**
   * Milliseconds after which a consumer that takes nothing is cut off with PCH_ATTACH_TOO_SLOW; until then it holds the
   * container up. 0 for never: for a foreground `run`, whose user decides. Default: 60 s.
   */
  stallMs?: number;
}

export type LiveOutput = AsyncIterable<OutputChunk> & {
  /** Resolves when nothing is missed from now on. */
  ready: Promise<void>;
  close(): void;
};

/** The containers' streams, which the log keeper reads and logs. */
export class ContainerIo {
  readonly #ioDir: string;
  readonly #log: Logger;
  readonly #link: KeeperLink;
  readonly #holds = new StdioHolds();
  readonly #writers = new Map<string, Set<FifoWriter>>();
  /** What this daemon has opened and not finished. */
  readonly #opened = new Map<string, StreamsConfig>();
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #logHolds = new Set<LogHold>();

  constructor({ stateDir, log, keeperCommand }: ContainerIoOptions) {
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
   * Adopts the keeper of an earlier daemon or starts one.
   * @throws PCH_OPTION_INVALID, PCH_PROCESS_START
   */
  async start(): Promise<void> {
    checkSocketPath(keeperSocket(this.#ioDir));
    mkdirSync(this.#ioDir, { recursive: true, mode: 0o700 });
    for (const container of this.#onDisk()) this.#holds.hold(container, this.#paths(container));
    await this.#link.start();
  }

  /**
   * Makes a container's FIFOs and has the keeper read them. To be called before the task is made: the shim waits for
   * a reader. What an earlier run of the container left is closed.
   */
  async open(container: string, options: OpenOptions): Promise<StdioPaths> {
    const paths = this.#paths(container);
    const { tty, stdin, maxSize, maxFile } = options;
    this.#makeFifos(container, options);
    const logPath = options.logPath ?? undefined;
    const config = { container, tty, logPath, maxSize, maxFile };
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
   * Live output from now on; ends when every stream has ended, by PCH_ATTACH_TOO_SLOW, or with
   * PCH_CONTAINER_NOT_RUNNING if there are none. A consumer that breaks off the loop has closed it.
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
   * A writer for the container's stdin; several may write. What is written before the task is made is kept (up to a
   * pipe's 64 KiB, then it waits). The process sees the end of its input only when every writer has ended, `endInput`
   * was called *and* the task's CloseIO: the shim holds a write end of its own. With a tty never call CloseIO: the shim
   * would stop copying the output too.
   */
  openStdin(container: string): Promise<Writable> {
    return new Promise((resolve) => resolve(this.#openStdin(container)));
  }

  /**
   * Lets the shim read the end of the input: to be called when the process runs, and before CloseIO. Resolves once the
   * shim has opened the FIFO; succeeds for an unknown container.
   */
  async endInput(container: string): Promise<void> {
    await this.#holds.endInput(container);
  }

  /**
   * To be called when the process has ended: resolves when all its output is in the log and on its way to the
   * subscribers; then the FIFOs are gone. Succeeds for an unknown container.
   * `deadlineMs`: for output that does not end, because a process outside the container holds the pipe. Default: 2 s.
   */
  async finish(container: string, deadlineMs: number = finishDeadlineMs): Promise<void> {
    const { complete } = await this.#link.call({ op: 'finish', container, deadlineMs }, deadlineMs + graceMs);
    this.#opened.delete(container);
    if (!complete)
      this.#log.warn('output still had a writer after the process ended', { container, deadlineMs });
    this.#closeStdin(container);
    this.#holds.release(container);
    rmSync(this.#paths(container).directory, { recursive: true, force: true });
  }

  /**
   * Has rotation keep what it removes from a log until it is read, in bounds of time and bytes. To be called before the log is
   * listed; does not fail.
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

  /** The containers the keeper holds: those that were opened and not finished. */
  async known(): Promise<string[]> {
    return (await this.#link.call({ op: 'list' })).containers;
  }

  /** `keeper`: ends the keeper too, and with it the reading of all output; else it goes on without this daemon. */
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

  /** Subscribers first, so that they miss nothing of what a new keeper reads. */
  async #restore(): Promise<void> {
    await this.#reopen();
    await Promise.all([...this.#subscriptions.values()].map((subscription) => subscription.connect()));
    await Promise.all([...this.#logHolds].map((hold) => hold.begin()));
    await this.#link.call({ op: 'resume' });
  }

  /** The state file of a container may be damaged: then a new keeper does not read its output, and it would block. */
  async #reopen(): Promise<void> {
    const known = new Set(await this.known());
    for (const [container, config] of this.#opened)
      if (!known.has(container)) await this.#link.call({ op: 'open', config });
  }

  #onEvent(event: KeeperEvent): void {
    const { container } = event;
    if (event.event === 'dropped') {
      this.#log.warn('an attached client was too slow and was cut off', { container });
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
    `the socket path ${path} is longer than ${maxSocketPath} bytes`,
    {
      hint: 'Set `state` to a shorter directory.',
    },
  );
}
