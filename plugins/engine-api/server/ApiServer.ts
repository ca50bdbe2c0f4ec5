/** The HTTP servers of the surface: one per address, all with the same routes. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ConnectionBody } from '../../../hooks/connection/ConnectionBody.ts';
import { toPouchError, type ListenFacts } from '../../../hooks/index.ts';
import type { ApiContext, Route } from '../http/call.ts';
import { clientOf } from '../http/clientKind.ts';
import { errorBody, sendError } from '../http/errorReply.ts';
import { requireName, requireToken, sendUnauthorized, type Authenticate } from './authenticate.ts';
import { readCredentials, type Credentials } from './credentials.ts';
import { Authorization } from './authorize/Authorization.ts';
import { dispatch, type Exchange, type ServerContext } from './dispatch.ts';
import { createHttpServer } from './httpServer.ts';
import { keepAliveTimeoutMs, maxTcpConnections, stopGrace, sweepInterval } from './limits.ts';
import { listenOn } from './listen.ts';
import { rawFraming } from './rawBody.ts';
import { routeTable, type FindRoute } from './routeTable.ts';
import { noticeDeparture, responseOn, takeBody } from './upgrade.ts';

export class ApiServer {
  readonly #context: ServerContext;
  readonly #find: FindRoute;
  readonly #servers: Server[] = [];
  readonly #connections = new Set<Socket>();
  /** Sockets of upgraded connections, which Node's server no longer tracks. */
  readonly #handedOver = new Set<Duplex>();
  /** One per exchange in progress. */
  readonly #exchanges = new Set<AbortController>();
  #isStopping = false;

  constructor(context: ApiContext, routes: Route[]) {
    this.#context = {
      ...context,
      authorization: new Authorization(() => context.engine.system.authorization()),
    };
    this.#find = routeTable(routes);
  }

  /** @throws PCH_LISTEN; addresses that were bound before stay bound until `stop` */
  async start(addresses: readonly ListenFacts[]): Promise<void> {
    for (const [index, address] of addresses.entries()) {
      const credentials = await readCredentials(address, `listen[${index}]`);
      const server = this.#createServer(address.url, credentials);
      this.#servers.push(server);
      await listenOn(server, address, this.#context.host.socketGroup);
      this.#context.log.info(`HTTP API on ${address.url}`);
    }
  }

  /** Ends streams at once and lets short responses finish. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const closed = this.#servers.map((server) => new Promise<void>((done) => server.close(() => done())));
    for (const exchange of this.#exchanges) exchange.abort();
    for (const socket of this.#handedOver) socket.destroy();
    // Node closes idle connections only once, in `close`; connections that become idle later would stay open.
    const sweep = setInterval(() => this.#closeIdle(), sweepInterval);
    const force = setTimeout(() => this.#closeAll(), stopGrace);
    await Promise.all(closed);
    clearInterval(sweep);
    clearTimeout(force);
  }

  #closeIdle(): void {
    for (const server of this.#servers) server.closeIdleConnections();
  }

  #closeAll(): void {
    for (const server of this.#servers) server.closeAllConnections();
    // Connections without a request, or in a TLS handshake.
    for (const socket of this.#connections) socket.destroy();
  }

  #createServer(url: string, { tls, token }: Credentials): Server {
    const server = createHttpServer(tls);
    const checks = [
      ...(token === undefined ? [] : [requireToken(token)]),
      ...(tls?.names ? [requireName(tls.names)] : []),
    ];
    const authenticate: Authenticate = (request) => checks.forEach((check) => check(request));
    const client = { url, authenticate, isAuthenticated: tls?.ca !== undefined || token !== undefined };
    if (client.isAuthenticated) server.maxConnections = maxTcpConnections;
    server.on('connection', (socket: Socket) => this.#track(socket));
    server.on('request', (request: IncomingMessage, response: ServerResponse) =>
      this.#serve(request, response, client),
    );
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const framing = rawFraming(request);
      if (framing === undefined) void this.#serveUpgrade(request, socket as Socket, head, client);
      else this.#serveRaw(request, new ConnectionBody(socket as Socket, framing, head), client);
    });
    return server;
  }

  #track(socket: Socket): void {
    this.#connections.add(socket);
    socket.once('close', () => this.#connections.delete(socket));
  }

  #serve(request: IncomingMessage, response: ServerResponse, client: Client): void {
    if (!isAdmitted(request, response, client)) return;
    const signals = this.#signalsOf(response);
    const { isAuthenticated, url } = client;
    void dispatch(this.#context, this.#find, {
      request,
      response,
      body: request,
      ...signals,
      isAuthenticated,
      url,
    });
  }

  /** The connection ends with the response. */
  #serveRaw(request: IncomingMessage, body: ConnectionBody, client: Client): void {
    const socket = request.socket;
    const response = this.#detach(socket, request);
    response.once('finish', () => closeSoon(socket));
    if (!isAdmitted(request, response, client)) return;
    const { isAuthenticated, url } = client;
    const signals = this.#signalsOf(socket);
    noticeDeparture(socket);
    void dispatch(this.#context, this.#find, { request, response, body, ...signals, isAuthenticated, url });
  }

  #detach(socket: Socket, request: IncomingMessage): ServerResponse {
    this.#handedOver.add(socket);
    socket.once('close', () => this.#handedOver.delete(socket));
    // A killed client resets the connection; the `close` event that follows is handled.
    socket.on('error', () => undefined);
    return responseOn(socket, request);
  }

  async #serveUpgrade(request: IncomingMessage, socket: Socket, head: Buffer, client: Client): Promise<void> {
    const response = this.#detach(socket, request);
    if (!isAdmitted(request, response, client)) return closeSoon(socket);
    const { isAuthenticated, url } = client;
    try {
      const signals = this.#signalsOf(socket);
      noticeDeparture(socket);
      const body = await takeBody(socket, head, request);
      const exchange = { request, response, body, upgrade: socket, ...signals, isAuthenticated, url };
      await dispatch(this.#context, this.#find, exchange);
    } catch (thrown) {
      const error = toPouchError(thrown);
      sendError(response, error.status, errorBody(error, clientOf(request), ''));
    }
  }

  #signalsOf(connection: ServerResponse | Duplex): Pick<Exchange, 'signal' | 'left'> {
    const exchange = new AbortController();
    const left = new AbortController();
    this.#exchanges.add(exchange);
    connection.once('close', () => {
      this.#exchanges.delete(exchange);
      exchange.abort();
      if (!this.#isStopping) left.abort();
    });
    return { signal: exchange.signal, left: left.signal };
  }
}

/** What an address requires of its clients. */
interface Client {
  /** The address. */
  url: string;
  authenticate: Authenticate;
  /** Whether an admitted request carried a certificate or the token. */
  isAuthenticated: boolean;
}

function isAdmitted(request: IncomingMessage, response: ServerResponse, { authenticate }: Client): boolean {
  try {
    authenticate(request);
    return true;
  } catch (error) {
    sendUnauthorized(response, toPouchError(error));
    return false;
  }
}

/** Node no longer tracks the socket, and its peer may never close it. */
function closeSoon(socket: Socket): void {
  socket.resume().setTimeout(keepAliveTimeoutMs, () => socket.destroy());
}
