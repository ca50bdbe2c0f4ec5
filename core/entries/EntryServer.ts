import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../../hooks/defineHook.ts';
import { messageOf, type PouchError } from '../../hooks/errors.ts';
import { ConnectionLost } from '../io/RequestConnection.ts';
import { readPidFile } from '../supervise/pidFile.ts';
import { ManagedProcess, type ProcessEvent } from '../supervise/index.ts';
import { happensWithin } from '../wait/deadline.ts';
import { Deferred } from '../wait/Deferred.ts';

/** Milliseconds that a call waits for a connection. */
const connectedWithinMs = 10_000;
const reconnectMs = 100;

/** What a process knows of one container. */
export interface ContainerEntry {
  container: string;
}

/** A connection to such a process. Each method throws ConnectionLost when it ends meanwhile. */
export interface EntryConnection<Entry extends ContainerEntry> {
  /** Resolves when the connection is closed. */
  readonly closed: Promise<void>;
  hello(): Promise<void>;
  /** Replaces what is known of a container. */
  set(entry: Entry): Promise<void>;
  drop(container: string): Promise<void>;
  /** Drops all other containers. */
  only(containers: readonly string[]): Promise<void>;
  close(): void;
}

export interface EntryServerOptions<Entry extends ContainerEntry> {
  /** For messages: `resolver`. */
  name: string;
  /** Holds its files, NAME.pid and NAME.log, by `files`. */
  directory: string;
  files: string;
  /** argv without the directory. The first is an absolute path. */
  command: readonly string[];
  /** A process that was started with another one is replaced. */
  fingerprint: string;
  log: Logger;
  connect(): Promise<EntryConnection<Entry>>;
  failed(what: string, reason: string): PouchError;
  /** Logged when an entry cannot be set again: `names do not resolve in a container`. */
  unset: string;
  /** A process of the last daemon drops containers that have ended at once: what it holds is in the way. */
  dropsUnknown?: boolean;
}

/**
 * Keeps a process running, from the first container that needs it on, and has it know the containers. It outlives this
 * daemon; the next one's list of containers replaces what it knows. So what it knows is derived, and nothing is to be
 * undone.
 */
export class EntryServer<Entry extends ContainerEntry> {
  readonly #options: EntryServerOptions<Entry>;
  readonly #process: ManagedProcess;
  readonly #pidFile: string;
  readonly #entries = new Map<string, Entry>();
  /** Whether the entries are all there are: before that, the process may serve others for good reason. */
  #isComplete = false;
  #starting: Promise<void> | undefined;
  #connection: EntryConnection<Entry> | undefined;
  #connected = new Deferred<EntryConnection<Entry>>();
  #connecting: Promise<void> | undefined;
  #stopped = false;

  constructor(options: EntryServerOptions<Entry>) {
    const [command = '', ...args] = options.command;
    const { name, directory, files, fingerprint } = options;
    this.#options = options;
    this.#pidFile = join(directory, `${files}.pid`);
    this.#process = new ManagedProcess({
      name,
      command,
      args: [...args, directory],
      pidFile: this.#pidFile,
      logFile: join(directory, `${files}.log`),
      fingerprint,
      isReady: async () => this.#connect().then(() => true),
      backoff: { minMs: 20, maxMs: 5000 },
      onEvent: (event) => this.#logEvent(event),
    });
  }

  /** Starts the process in advance, so that the first container does not wait for it. */
  warm(): void {
    void this.#start().catch(() => undefined);
  }

  /** Whether it has an entry of a container. */
  has(container: string): boolean {
    return this.#entries.has(container);
  }

  /** Notes a container of the last daemon, for the list of all that `complete` sends. */
  note(entry: Entry): void {
    this.#entries.set(entry.container, entry);
  }

  /** All containers that outlived the last daemon are noted: drops the others. */
  async complete(): Promise<void> {
    this.#isComplete = true;
    const isNeeded = this.#entries.size > 0 || readPidFile(this.#pidFile) !== undefined;
    if (this.#connection) await this.#sendOnly(this.#connection);
    else if (isNeeded) await this.#start();
  }

  /** Resolves when the process serves the container. @throws PCH_PROCESS_START, and what the process replies */
  async set(entry: Entry): Promise<void> {
    this.#entries.set(entry.container, entry);
    await this.#start();
    await this.#call((connection) => connection.set(entry));
  }

  /** What is not dropped now is by the next list. */
  async drop(container: string): Promise<void> {
    if (!this.#entries.delete(container) && !(await this.#knowsOthers())) return;
    const { log, name } = this.#options;
    await this.#connection?.drop(container).catch((error: unknown) => {
      if (!(error instanceof ConnectionLost))
        log.warn(`the ${name} still knows a container`, { container, error: messageOf(error) });
    });
  }

  /** Ends the process unless containers need it: then the next daemon adopts it. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#connected.reject(this.#options.failed('start', 'pouchd is shutting down'));
    await this.#starting?.catch(() => undefined);
    if (this.#entries.size === 0 && this.#starting) await this.#process.stop();
    else this.#process.detach();
    this.#connection?.close();
  }

  /** Whether the process may know containers that are not noted; then it is connected to. */
  async #knowsOthers(): Promise<boolean> {
    if (!this.#options.dropsUnknown || this.#isComplete) return false;
    if (readPidFile(this.#pidFile) === undefined) return false;
    return await this.#start().then(
      () => true,
      () => false,
    );
  }

  async #start(): Promise<void> {
    this.#starting ??= this.#startOnce();
    await this.#starting.catch((error: unknown) => {
      this.#starting = undefined;
      throw error;
    });
  }

  async #startOnce(): Promise<void> {
    await mkdir(this.#options.directory, { recursive: true, mode: 0o700 });
    await this.#process.start();
  }

  /** Sends a request, again if the process ends meanwhile. */
  async #call(request: (connection: EntryConnection<Entry>) => Promise<void>): Promise<void> {
    for (;;) {
      const connection = await this.#whenConnected();
      try {
        return await request(connection);
      } catch (error) {
        if (!(error instanceof ConnectionLost)) throw error;
        await connection.closed;
      }
    }
  }

  async #whenConnected(): Promise<EntryConnection<Entry>> {
    if (this.#connection) return this.#connection;
    const { promise } = this.#connected;
    if (await happensWithin(promise, connectedWithinMs)) return await promise;
    throw this.#options.failed('start', `no connection within ${connectedWithinMs} ms`);
  }

  #connect(): Promise<void> {
    this.#connecting ??= this.#connectOnce().finally(() => (this.#connecting = undefined));
    return this.#connecting;
  }

  async #connectOnce(): Promise<void> {
    if (this.#connection) return;
    const connection = await this.#options.connect();
    try {
      await connection.hello();
      await Promise.all([...this.#entries.values()].map((entry) => this.#setAgain(connection, entry)));
      if (this.#isComplete) await this.#sendOnly(connection);
    } catch (error) {
      connection.close();
      throw error;
    }
    this.#connection = connection;
    this.#connected.resolve(connection);
    void connection.closed.then(() => this.#lost());
  }

  /** One that fails does not keep the others. */
  async #setAgain(connection: EntryConnection<Entry>, entry: Entry): Promise<void> {
    await connection.set(entry).catch((error: unknown) => {
      if (error instanceof ConnectionLost) throw error;
      const { container } = entry;
      this.#options.log.warn(this.#options.unset, { container, error: messageOf(error) });
    });
  }

  async #sendOnly(connection: EntryConnection<Entry>): Promise<void> {
    await connection.only([...this.#entries.keys()]);
  }

  #lost(): void {
    this.#connection = undefined;
    if (this.#stopped) return;
    this.#connected = new Deferred();
    this.#process.check();
    this.#reconnect();
  }

  /** Reconnects to a process that is still running. A new one is connected to when it is ready. */
  #reconnect(): void {
    setTimeout(() => {
      if (this.#stopped || this.#connection) return;
      this.#connect().catch(() => this.#reconnect());
    }, reconnectMs).unref();
  }

  #logEvent(event: ProcessEvent): void {
    const { log, name } = this.#options;
    if (event.type === 'exited') log.warn(`the ${name} ended and is restarted`, { ...event });
    else if (event.type === 'restart-failed')
      log.error(`cannot start the ${name}`, { error: event.error.message });
    else log.info(`${name} ${event.type}`, { pid: event.pid });
  }
}
