import { once } from 'node:events';
import http, { type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

/** What happens to a request instead of just passing it on. */
export type Fault =
  | { cutAfter: number }
  /** Ends the connection when the registry has got that many bytes of the request. */
  | { cutRequestAfter: number }
  /** Passes one chunk on, and the rest when the promise has settled. */
  | { pauseUntil: Promise<unknown> }
  | { corrupt: true }
  | { hang: true }
  /** Sends one byte in that many milliseconds. */
  | { trickleMs: number }
  | { status: number; headers?: OutgoingHttpHeaders; body?: string }
  /** Passes the response on with these headers. */
  | { headers: OutgoingHttpHeaders };

export interface SeenRequest {
  method: string;
  /** With the query. */
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** A proxy before a registry that records what is asked and breaks what a test wants broken. */
export class FaultyProxy {
  readonly seen: SeenRequest[] = [];
  /** Called for each request; undefined passes it on. */
  fault: (request: SeenRequest) => Fault | undefined = () => undefined;
  readonly #server: http.Server;
  readonly #upstream: string;

  private constructor(upstream: string) {
    this.#upstream = upstream;
    this.#server = http.createServer((request, response) => void this.#handle(request, response));
  }

  /** `upstream` is `host:port`. */
  static async start(upstream: string): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(upstream);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Requests whose path matches. */
  requests(pattern: RegExp): SeenRequest[] {
    return this.seen.filter(({ path }) => pattern.test(path));
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url: path = '/', headers } = request;
    const isUpload = method === 'PATCH' || method === 'PUT';
    const seen = { method, path, headers, body: isUpload ? '' : await text(request) };
    this.seen.push(seen);
    const fault = this.fault(seen);
    if (fault && 'hang' in fault) return;
    if (fault && 'status' in fault) response.writeHead(fault.status, fault.headers).end(fault.body);
    else this.#forward(seen, isUpload ? request : undefined, response, fault);
  }

  #forward(
    { method, path, headers }: SeenRequest,
    upload: IncomingMessage | undefined,
    response: ServerResponse,
    fault: Fault | undefined,
  ): void {
    const upstream = http.request(`http://${this.#upstream}${path}`, { method, headers }, (reply) => {
      const changed = fault && 'headers' in fault ? fault.headers : {};
      response.writeHead(reply.statusCode ?? 500, { ...reply.headers, ...changed });
      void relay(reply, response, fault);
    });
    upstream.on('error', () => response.destroy());
    if (upload && fault && 'cutRequestAfter' in fault)
      void sendPart(upload, upstream, fault.cutRequestAfter).then(() => response.destroy());
    else if (upload) upload.pipe(upstream);
    else upstream.end();
  }
}

/** Sends the beginning of a body, then breaks the connection. */
async function sendPart(body: IncomingMessage, upstream: http.ClientRequest, bytes: number): Promise<void> {
  let left = bytes;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    const part = chunk.subarray(0, left);
    await new Promise((resolve) => upstream.write(part, resolve));
    left -= part.length;
    if (left <= 0) break;
  }
  upstream.destroy();
}

async function relay(
  reply: IncomingMessage,
  response: ServerResponse,
  fault: Fault | undefined,
): Promise<void> {
  let left = fault && 'cutAfter' in fault ? fault.cutAfter : Infinity;
  for await (const chunk of reply as AsyncIterable<Buffer>) {
    if (fault && 'corrupt' in fault) chunk[0] = (chunk[0] ?? 0) ^ 0xff;
    if (fault && 'trickleMs' in fault) await trickle(chunk, response, fault.trickleMs);
    if (response.destroyed) return void reply.destroy();
    const part = chunk.subarray(0, left);
    left -= part.length;
    await new Promise((resolve) => response.write(part, resolve));
    if (fault && 'pauseUntil' in fault) await fault.pauseUntil;
    if (left <= 0) {
      response.destroy();
      reply.destroy();
      return;
    }
  }
  response.end();
}

/** Until the client has gone. */
async function trickle(chunk: Buffer, response: ServerResponse, everyMs: number): Promise<void> {
  for (let at = 0; at < chunk.length && !response.destroyed; at++) {
    response.write(chunk.subarray(at, at + 1));
    await delay(everyMs);
  }
}

/** A fault by which the registry wants a user and a password. */
export function basicAuth(user: string, password: string): FaultyProxy['fault'] {
  const right = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const refusal = { status: 401, headers: { 'www-authenticate': 'Basic realm="registry"' } };
  return ({ headers }) => (headers.authorization === right ? undefined : refusal);
}
