import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { messageOf } from '../../../hooks/errors.ts';
import { keeperSocket } from '../layout.ts';
import { MessageReader } from '../MessageReader.ts';
import {
  encodeFrame,
  frame,
  protocolVersion,
  type Reply,
  type Envelope,
  type KeeperReplies,
  type KeeperEvent,
  type KeeperRequest,
} from '../protocol.ts';
import { LogKeeper } from './LogKeeper.ts';

type Subscription = Extract<KeeperRequest, { op: 'subscribe' }>;
type Call = Exclude<KeeperRequest, Subscription>;

/** Serves the requests to the log keeper on its socket. */
export class KeeperServer {
  readonly #ioDir: string;
  readonly #keeper: LogKeeper;
  readonly #server: Server;
  /** Connections of daemons: those that have sent `hello`. */
  readonly #clients = new Set<Socket>();
  /** The readers of logs, by connection: the log's path by token. */
  readonly #readers = new Map<Socket, Map<string, string>>();
  readonly #shutdown: () => void;

  /** `shutdown` is called at a client's request. */
  constructor(ioDir: string, shutdown: () => void) {
    this.#ioDir = ioDir;
    this.#shutdown = shutdown;
    this.#keeper = new LogKeeper(ioDir, (event) => this.#publish(event));
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /** Whether a daemon is connected. */
  get attended(): boolean {
    return this.#clients.size > 0;
  }

  /** True without a daemon and without containers. */
  get idle(): boolean {
    return !this.attended && this.#keeper.containers.length === 0;
  }

  /** Takes over the socket's path and opens the streams of an earlier keeper, which are read after `resume`. */
  async listen(): Promise<void> {
    const path = keeperSocket(this.#ioDir);
    this.#keeper.recover();
    rmSync(path, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(path, resolve);
    });
    chmodSync(path, 0o600);
  }

  resume(): void {
    this.#keeper.resume();
  }

  /** Writes waiting lines. Callers use it before the process ends. */
  flush(): void {
    this.#keeper.logs.flush();
  }

  #accept(socket: Socket): void {
    const messages = new MessageReader();
    const receive = (chunk: Buffer) => {
      try {
        for (const message of messages.push(chunk))
          this.#receive(socket, message as Envelope<KeeperRequest>, receive);
      } catch (error) {
        console.error(`invalid request: ${messageOf(error)}`);
        socket.destroy();
      }
    };
    socket.on('data', receive);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#onClosed(socket));
  }

  #receive(socket: Socket, request: Envelope<KeeperRequest>, receive: (chunk: Buffer) => void): void {
    if (request.op === 'subscribe') {
      socket.off('data', receive);
      this.#subscribe(socket, request);
    } else {
      void this.#respond(socket, request);
    }
  }

  #subscribe(socket: Socket, request: Subscription): void {
    const { container, token, stallMs } = request;
    if (!this.#keeper.subscribe(container, socket, token, stallMs)) socket.end(encodeFrame(frame.unknown));
  }

  async #respond(socket: Socket, request: Envelope<Call>): Promise<void> {
    const reply = await this.#replyTo(socket, request);
    if (!socket.destroyed) socket.write(`${JSON.stringify(reply)}\n`);
    if (request.op === 'shutdown') this.#shutdown();
  }

  async #replyTo(socket: Socket, request: Envelope<Call>): Promise<Reply> {
    try {
      return { id: request.id, ok: true, result: await this.#do(socket, request) };
    } catch (error) {
      return { id: request.id, ok: false, error: messageOf(error) };
    }
  }

  async #do(socket: Socket, request: Call): Promise<KeeperReplies[Call['op']]> {
    switch (request.op) {
      case 'hello':
        this.#clients.add(socket);
        return { version: protocolVersion, pid: process.pid };
      case 'open':
        this.#keeper.open(request.config);
        return {};
      case 'finish':
        return { complete: await this.#keeper.finish(request.container, request.deadlineMs) };
      case 'list':
        return { containers: this.#keeper.containers };
      case 'resume':
        this.#keeper.resume();
        return {};
      case 'shutdown':
        return {};
      case 'follow':
        return this.#follow(socket, request);
      case 'reached':
        return this.#keeper.logs.reached(request.logPath, request.token, request.inode);
      case 'unfollow':
        this.#readers.get(socket)?.delete(request.token);
        this.#keeper.logs.unfollow(request.logPath, request.token);
        return {};
    }
  }

  #follow(socket: Socket, { logPath, token, inode }: Extract<Call, { op: 'follow' }>): Record<string, never> {
    const readers = this.#readers.get(socket) ?? new Map<string, string>();
    this.#readers.set(socket, readers.set(token, logPath));
    this.#keeper.logs.follow(logPath, token, inode);
    return {};
  }

  #onClosed(socket: Socket): void {
    this.#clients.delete(socket);
    for (const [token, logPath] of this.#readers.get(socket) ?? [])
      this.#keeper.logs.unfollow(logPath, token);
    this.#readers.delete(socket);
  }

  #publish(event: KeeperEvent): void {
    for (const client of this.#clients) client.write(`${JSON.stringify(event)}\n`);
  }
}
