import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../../hooks/defineHook.ts';
import { messageOf } from '../../hooks/errors.ts';
import { ConnectionLost } from '../io/RequestConnection.ts';
import { readPidFile } from '../supervise/pidFile.ts';
import { ManagedProcess, type ProcessEvent } from '../supervise/index.ts';
import { happensWithin } from '../wait/deadline.ts';
import { Deferred } from '../wait/Deferred.ts';
import { nameServerFailed } from './failed.ts';
import { type NameEntry, protocolVersion, type ResolverRequest, resolverSocket } from './protocol.ts';
import { ResolverConnection } from './ResolverConnection.ts';

/** Milliseconds that a call waits for a connection. */
const connectedWithinMs = 10_000;
const reconnectMs = 100;

export interface NameServerOptions {
  /** STATE/dns. */
  directory: string;
  /** argv of the resolver without the directory. The first is an absolute path. */
  command: readonly string[];
  log: Logger;
}

/**
 * Keeps the resolver running, from the first container that needs it on, and has it know the containers. It outlives
 * this daemon; the next one's list of containers replaces what it knows.
 */
export class NameServer {
  readonly #options: NameServerOptions;
  readonly #process: ManagedProcess;
  readonly #pidFile: string;
  readonly #entries = new Map<string, NameEntry>();
  /** Whether the entries are all there are: before that, the resolver may serve others for good reason. */
  #isComplete = false;
  #starting: Promise<void> | undefined;
  #connection: ResolverConnection | undefined;
  #connected = new Deferred<ResolverConnection>();
  #connecting: Promise<void> | undefined;
  #stopped = false;

  constructor(options: NameServerOptions) {
    const [command = '', ...args] = options.command;
    const { directory } = options;
    this.#options = options;
    this.#pidFile = join(directory, 'dns.pid');
    this.#process = new ManagedProcess({
      name: 'resolver',
      command,
      args: [...args, directory],
      pidFile: this.#pidFile,
      logFile: join(directory, 'dns.log'),
      fingerprint: `protocol ${protocolVersion}`,
      isReady: async () => this.#connect().then(() => true),
      backoff: { minMs: 20, maxMs: 5000 },
      onEvent: (event) => this.#logEvent(event),
    });
  }

  /** Notes a container of the last daemon, for the list of all that `complete` sends. */
  note(entry: NameEntry): void {
    this.#entries.set(entry.container, entry);
  }

  /** All containers that outlived the last daemon are noted: drops the others. */
  async complete(): Promise<void> {
    this.#isComplete = true;
    const isNeeded = this.#entries.size > 0 || readPidFile(this.#pidFile) !== undefined;
    if (this.#connection) await this.#sendOnly(this.#connection);
    else if (isNeeded) await this.#start();
  }

  /** Resolves when names resolve in it, and its own do in others. @throws PCH_DNS_FAILED, PCH_PROCESS_START */
  async set(entry: NameEntry): Promise<void> {
    this.#entries.set(entry.container, entry);
    await this.#start();
    await this.#call({ op: 'set', entry });
  }

  /** What is not dropped now is by the next list. */
  async drop(container: string): Promise<void> {
    if (!this.#entries.delete(container)) return;
    const { log } = this.#options;
    await this.#connection?.call({ op: 'drop', container }).catch((error: unknown) => {
      if (!(error instanceof ConnectionLost))
        log.warn('the resolver still knows a container', { container, error: messageOf(error) });
    });
  }

  /** Ends the resolver unless containers need it: then the next daemon adopts it. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#connected.reject(nameServerFailed('start', 'pouchd is shutting down'));
    await this.#starting?.catch(() => undefined);
    if (this.#entries.size === 0 && this.#starting) await this.#process.stop();
    else this.#process.detach();
    this.#connection?.close();
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

  /** Sends a request, again if the resolver ends meanwhile. */
  async #call(request: ResolverRequest): Promise<void> {
    for (;;) {
      const connection = await this.#whenConnected();
      try {
        return await connection.call(request);
      } catch (error) {
        if (!(error instanceof ConnectionLost)) throw error;
        await connection.closed;
      }
    }
  }

  async #whenConnected(): Promise<ResolverConnection> {
    if (this.#connection) return this.#connection;
    const { promise } = this.#connected;
    if (await happensWithin(promise, connectedWithinMs)) return await promise;
    throw nameServerFailed('start', `no connection within ${connectedWithinMs} ms`);
  }

  #connect(): Promise<void> {
    this.#connecting ??= this.#connectOnce().finally(() => (this.#connecting = undefined));
    return this.#connecting;
  }

  async #connectOnce(): Promise<void> {
    if (this.#connection) return;
    const connection = await ResolverConnection.open(resolverSocket(this.#options.directory));
    try {
      await connection.call({ op: 'hello' });
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

  /** One that fails is tried again by the resolver, and does not keep the others. */
  async #setAgain(connection: ResolverConnection, entry: NameEntry): Promise<void> {
    await connection.call({ op: 'set', entry }).catch((error: unknown) => {
      if (error instanceof ConnectionLost) throw error;
      const { container } = entry;
      this.#options.log.warn('names do not resolve in a container', { container, error: messageOf(error) });
    });
  }

  async #sendOnly(connection: ResolverConnection): Promise<void> {
    await connection.call({ op: 'only', containers: [...this.#entries.keys()] });
  }

  #lost(): void {
    this.#connection = undefined;
    if (this.#stopped) return;
    this.#connected = new Deferred();
    this.#process.check();
    this.#reconnect();
  }

  /** Reconnects to a resolver that is still running. A new one is connected to when it is ready. */
  #reconnect(): void {
    setTimeout(() => {
      if (this.#stopped || this.#connection) return;
      this.#connect().catch(() => this.#reconnect());
    }, reconnectMs).unref();
  }

  #logEvent(event: ProcessEvent): void {
    const { log } = this.#options;
    if (event.type === 'exited') log.warn('the resolver ended and is restarted', { ...event });
    else if (event.type === 'restart-failed')
      log.error('cannot start the resolver', { error: event.error.message });
    else log.info(`resolver ${event.type}`, { pid: event.pid });
  }
}
