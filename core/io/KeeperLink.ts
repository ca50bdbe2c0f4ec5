import { join } from 'node:path';
import type { Socket } from 'node:net';
import { messageOf, PouchError, type Logger } from '../../hooks/index.ts';
import { ManagedProcess, type ProcessEvent } from '../supervise/index.ts';
import { happensWithin } from '../wait/deadline.ts';
import { Deferred } from '../wait/Deferred.ts';
import { ConnectionLost, connectTo, KeeperConnection } from './KeeperConnection.ts';
import { keeperSocket } from './layout.ts';
import { protocolVersion, type KeeperAnswers, type KeeperEvent, type KeeperRequest } from './protocol.ts';

/** How long a call waits for the keeper to come (back), and then for its answer, in milliseconds. */
const callDeadlineMs = 10_000;
const reconnectMs = 100;
const tryDeadlineMs = 2000;

export interface KeeperLinkOptions {
  ioDir: string;
  /** argv of the keeper without the directory; the first is an absolute path. */
  command: readonly string[];
  log: Logger;
  onEvent: (event: KeeperEvent) => void;
  /** A connection is there, the first or a new one; the keeper waits a moment before it reads what it has recovered. */
  onConnected: () => Promise<void>;
}

/** Keeps the log keeper running and a connection to it open. */
export class KeeperLink {
  readonly #options: KeeperLinkOptions;
  readonly #process: ManagedProcess;
  #connection: KeeperConnection | undefined;
  #connected = new Deferred<KeeperConnection>();
  #connecting: Promise<void> | undefined;
  #stopped = false;

  constructor(options: KeeperLinkOptions) {
    const [command = '', ...args] = options.command;
    this.#options = options;
    this.#process = new ManagedProcess({
      name: 'log keeper',
      command,
      args: [...args, options.ioDir],
      pidFile: join(options.ioDir, 'keeper.pid'),
      logFile: join(options.ioDir, 'keeper.log'),
      fingerprint: `protocol ${protocolVersion}`,
      isReady: async () => this.#connect().then(() => true),
      backoff: { minMs: 20, maxMs: 5000 },
      onEvent: (event) => this.#logEvent(event),
    });
  }

  /** Adopts the running keeper or starts one; resolves when it answers. */
  async start(): Promise<void> {
    this.#stopped = false;
    await this.#process.start();
  }

  /** Leaves the keeper to the next daemon, or ends it too. */
  async stop(options: { keeper: boolean }): Promise<void> {
    this.#stopped = true;
    this.#connected.reject(ended());
    if (options.keeper) await this.#process.stop();
    else this.#process.detach();
    this.#connection?.close();
  }

  /** Asks the keeper, again if it dies meanwhile: every request may come twice. @throws PCH_CANCELLED after `stop` */
  async call<Request extends Exclude<KeeperRequest, { op: 'subscribe' }>>(
    request: Request,
    deadlineMs = callDeadlineMs,
  ): Promise<KeeperAnswers[Request['op']]> {
    for (;;) {
      const connection = await this.#whenConnected();
      try {
        return await connection.call(request, deadlineMs);
      } catch (error) {
        if (!(error instanceof ConnectionLost)) throw error;
        await connection.closed;
      }
    }
  }

  /** The same for what can be done without: undefined if the keeper is away, or does not do it in time. */
  async tryCall<Request extends Exclude<KeeperRequest, { op: 'subscribe' }>>(
    request: Request,
    deadlineMs = tryDeadlineMs,
  ): Promise<KeeperAnswers[Request['op']] | undefined> {
    return await this.#connection?.call(request, deadlineMs).catch(() => undefined);
  }

  /** A connection of its own, for a subscription. */
  connectSubscriber(): Promise<Socket> {
    return connectTo(keeperSocket(this.#options.ioDir));
  }

  async #whenConnected(): Promise<KeeperConnection> {
    if (this.#stopped) throw ended();
    if (this.#connection !== undefined) return this.#connection;
    const { promise } = this.#connected;
    if (await happensWithin(promise, callDeadlineMs)) return promise;
    throw new PouchError('PCH_LOG_KEEPER', `the log keeper is not running, waited ${callDeadlineMs} ms`, {
      hint: `See ${join(this.#options.ioDir, 'keeper.log')}.`,
    });
  }

  #connect(): Promise<void> {
    this.#connecting ??= this.#connectOnce().finally(() => (this.#connecting = undefined));
    return this.#connecting;
  }

  async #connectOnce(): Promise<void> {
    if (this.#connection !== undefined) return;
    const socket = await connectTo(keeperSocket(this.#options.ioDir));
    const connection = new KeeperConnection(socket, this.#options.onEvent);
    try {
      await connection.call({ op: 'hello' }, callDeadlineMs);
    } catch (error) {
      connection.close();
      throw error;
    }
    this.#use(connection);
  }

  #use(connection: KeeperConnection): void {
    this.#connection = connection;
    this.#connected.resolve(connection);
    void connection.closed.then(() => this.#lost());
    this.#options.onConnected().catch((error: unknown) => {
      this.#options.log.warn('subscribers of containers could not come back', { error: messageOf(error) });
    });
  }

  #lost(): void {
    this.#connection = undefined;
    this.#connected = new Deferred();
    if (this.#stopped) return;
    this.#process.check();
    this.#reconnect();
  }

  /** For a keeper that lives on; a new one is connected to when it is ready. */
  #reconnect(): void {
    setTimeout(() => {
      if (this.#stopped || this.#connection !== undefined) return;
      this.#connect().catch(() => this.#reconnect());
    }, reconnectMs).unref();
  }

  #logEvent(event: ProcessEvent): void {
    const { log } = this.#options;
    if (event.type === 'exited') log.warn('the log keeper died and is started again', { ...event });
    else if (event.type === 'restart-failed')
      log.error('the log keeper does not start', { error: event.error.message });
    else log.info(`log keeper ${event.type}`, { pid: event.pid });
  }
}

function ended(): PouchError {
  return new PouchError('PCH_CANCELLED', 'the daemon ends');
}
