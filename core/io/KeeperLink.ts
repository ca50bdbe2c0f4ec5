import { join } from 'node:path';
import type { Socket } from 'node:net';
import { messageOf, PouchError, type Logger } from '../../hooks/index.ts';
import { ManagedProcess, type ProcessEvent } from '../supervise/index.ts';
import { happensWithin } from '../wait/deadline.ts';
import { Deferred } from '../wait/Deferred.ts';
import { KeeperConnection } from './KeeperConnection.ts';
import { keeperSocket } from './layout.ts';
import { protocolVersion, type KeeperReplies, type KeeperEvent, type KeeperRequest } from './protocol.ts';
import { ConnectionLost, connectTo } from './RequestConnection.ts';

/** Milliseconds that a call waits for a connection, and then for the reply. */
const callDeadlineMs = 10_000;
const reconnectMs = 100;
const tryDeadlineMs = 2000;

export interface KeeperLinkOptions {
  ioDir: string;
  /** argv of the keeper without the directory. The first is an absolute path. */
  command: readonly string[];
  log: Logger;
  onEvent: (event: KeeperEvent) => void;
  /** Called for each new connection. The keeper waits a moment before it reads the streams that it has recovered. */
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
      // The longest delay and a slow start are shorter together than the wait of a call.
      backoff: { minMs: 20, maxMs: 1000 },
      onEvent: (event) => this.#logEvent(event),
    });
  }

  /** Adopts the running keeper or starts one. Resolves when it responds. */
  async start(): Promise<void> {
    this.#stopped = false;
    await this.#process.start();
  }

  /** Closes the connection. `keeper`: also ends the keeper; else the next daemon adopts it. */
  async stop(options: { keeper: boolean }): Promise<void> {
    this.#stopped = true;
    this.#connected.reject(ended());
    if (options.keeper) await this.#process.stop();
    else this.#process.detach();
    this.#connection?.close();
  }

  /**
   * Sends a request, again if the keeper ends meanwhile: requests must be idempotent.
   * @throws PCH_LOG_KEEPER, or PCH_CANCELLED after `stop`
   */
  async call<Request extends Exclude<KeeperRequest, { op: 'subscribe' }>>(
    request: Request,
    deadlineMs = callDeadlineMs,
  ): Promise<KeeperReplies[Request['op']]> {
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

  /** Sends an optional request. Resolves to undefined without a connection, on an error, or if the reply is late. */
  async tryCall<Request extends Exclude<KeeperRequest, { op: 'subscribe' }>>(
    request: Request,
    deadlineMs = tryDeadlineMs,
  ): Promise<KeeperReplies[Request['op']] | undefined> {
    return await this.#connection?.call(request, deadlineMs).catch(() => undefined);
  }

  /** Opens a separate connection for a subscription. */
  connectSubscriber(): Promise<Socket> {
    return connectTo(keeperSocket(this.#options.ioDir));
  }

  async #whenConnected(): Promise<KeeperConnection> {
    if (this.#stopped) throw ended();
    if (this.#connection !== undefined) return this.#connection;
    const { promise } = this.#connected;
    if (await happensWithin(promise, callDeadlineMs)) return promise;
    throw new PouchError('PCH_LOG_KEEPER', `no connection to the log keeper within ${callDeadlineMs} ms`, {
      hint: `see ${join(this.#options.ioDir, 'keeper.log')}`,
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
      this.#options.log.warn('cannot restore the streams of containers at the log keeper', {
        error: messageOf(error),
      });
    });
  }

  #lost(): void {
    this.#connection = undefined;
    this.#connected = new Deferred();
    if (this.#stopped) return;
    this.#process.check();
    this.#reconnect();
  }

  /** Reconnects to a keeper that is still running. A new keeper is connected to when it is ready. */
  #reconnect(): void {
    setTimeout(() => {
      if (this.#stopped || this.#connection !== undefined) return;
      this.#connect().catch(() => this.#reconnect());
    }, reconnectMs).unref();
  }

  #logEvent(event: ProcessEvent): void {
    const { log } = this.#options;
    if (event.type === 'exited') log.warn('the log keeper ended and is restarted', { ...event });
    else if (event.type === 'restart-failed')
      log.error('cannot start the log keeper', { error: event.error.message });
    else log.info(`log keeper ${event.type}`, { pid: event.pid });
  }
}

function ended(): PouchError {
  return new PouchError('PCH_CANCELLED', 'pouchd is shutting down');
}
