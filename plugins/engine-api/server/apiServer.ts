/** The HTTP servers behind the surface: one per address, all with the same routes. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { toPouchError } from '../../../hooks/index.ts';
import type { ApiContext, Route } from '../http/call.ts';
import { errorBody, sendError } from '../http/errorReply.ts';
import { dispatch } from './dispatch.ts';
import {
  CONNECTION_CHECK_INTERVAL,
  HEADERS_TIMEOUT,
  KEEP_ALIVE_TIMEOUT,
  MAX_HEADER_BYTES,
  MAX_HEADERS,
  STOP_GRACE,
  SWEEP_INTERVAL,
} from './limits.ts';
import { listenOn } from './listen.ts';
import { routeTable, type FindRoute } from './routeTable.ts';
import { responseOn, takeBody } from './upgrade.ts';

export class ApiServer {
  private readonly context: ApiContext;
  private readonly find: FindRoute;
  private readonly servers: Server[] = [];
  /** Sockets that were handed over by an upgrade: Node's server does not know them any more. */
  private readonly handedOver = new Set<Duplex>();
  /** One per exchange that is under way. */
  private readonly exchanges = new Set<AbortController>();

  constructor(context: ApiContext, routes: Route[]) {
    this.context = context;
    this.find = routeTable(routes);
  }

  /** @throws PCH_LISTEN; what was bound before stays until `stop` */
  async start(addresses: string[]): Promise<void> {
    for (const address of addresses) {
      const server = this.createServer();
      this.servers.push(server);
      await listenOn(server, address, this.context.host.socketGroup);
      this.context.log.info(`HTTP API on ${address}`);
    }
  }

  /** Ends streams at once and lets short answers finish. */
  async stop(): Promise<void> {
    const closed = this.servers.map((server) => new Promise<void>((done) => server.close(() => done())));
    for (const exchange of this.exchanges) exchange.abort();
    for (const socket of this.handedOver) socket.destroy();
    // Node closes idle connections once, at `close`; those that become idle after it would be kept alive.
    const sweep = setInterval(() => this.closeIdle(), SWEEP_INTERVAL);
    const force = setTimeout(() => this.closeAll(), STOP_GRACE);
    await Promise.all(closed);
    clearInterval(sweep);
    clearTimeout(force);
  }

  private closeIdle(): void {
    for (const server of this.servers) server.closeIdleConnections();
  }

  private closeAll(): void {
    for (const server of this.servers) server.closeAllConnections();
  }

  private createServer(): Server {
    const server = createServer({
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_TIMEOUT,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
      connectionsCheckingInterval: CONNECTION_CHECK_INTERVAL,
      // Loads and attached stdin take as long as they take; JSON bodies have a deadline of their own.
      requestTimeout: 0,
    });
    server.maxHeadersCount = MAX_HEADERS;
    server.on('request', (request: IncomingMessage, response: ServerResponse) =>
      this.serve(request, response),
    );
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      void this.serveUpgrade(request, socket, head);
    });
    server.on('clientError', refuseMalformed);
    return server;
  }

  private serve(request: IncomingMessage, response: ServerResponse): void {
    const signal = this.signalOf(response);
    void dispatch(this.context, this.find, { request, response, body: request, signal });
  }

  private async serveUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    this.handedOver.add(socket);
    socket.once('close', () => this.handedOver.delete(socket));
    // A client that is killed resets the connection; the close that follows is what counts.
    socket.on('error', () => undefined);
    const response = responseOn(socket, request);
    try {
      const signal = this.signalOf(socket);
      const body = await takeBody(socket, head, request);
      await dispatch(this.context, this.find, { request, response, body, upgrade: socket, signal });
    } catch (thrown) {
      const error = toPouchError(thrown);
      sendError(response, error.status, errorBody(error, 'docker', ''));
    }
  }

  /** Aborts when the connection closes before the answer is complete, or the surface stops. */
  private signalOf(connection: ServerResponse | Duplex): AbortSignal {
    const exchange = new AbortController();
    this.exchanges.add(exchange);
    connection.once('close', () => {
      this.exchanges.delete(exchange);
      exchange.abort();
    });
    return exchange.signal;
  }
}

/** What is not HTTP at all, or has too large headers. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
  const body = JSON.stringify({
    message: `malformed HTTP request: ${error.message}`,
    code: 'PCH_BAD_REQUEST',
    hint: 'speak HTTP/1.1, with headers of at most 64 KiB together',
  });
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nConnection: close\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
