import http, { type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HttpsAgents } from './HttpsAgents.ts';
import { type MinimumRate, RateGuard } from './RateGuard.ts';
import type { RegistryTrust } from './trust.ts';

export interface HttpRequest {
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH';
  headers?: OutgoingHttpHeaders;
  body?: string | Uint8Array | AsyncIterable<Uint8Array>;
  signal?: AbortSignal | undefined;
  /** Milliseconds without data from the server after which the request, or reading its response, fails. */
  idleTimeoutMs: number;
  /** Default: true. */
  verifyTls?: boolean;
  trust?: RegistryTrust | undefined;
}

const maxRedirects = 5;

/** Idle connections per server, and how long they are kept in milliseconds. */
const keepAlive = { keepAlive: true, maxFreeSockets: 8, timeout: 60_000 };

/** An HTTP client with persistent connections. Every wait has a deadline. */
export class Transport {
  readonly #http = new http.Agent(keepAlive);
  readonly #https = new HttpsAgents(keepAlive);
  readonly #minimum: () => MinimumRate;

  constructor(minimum: () => MinimumRate) {
    this.#minimum = minimum;
  }

  /**
   * Sends a request and follows redirects, unless it has a body that is streamed. The Authorization header is sent to
   * the first origin only (RFC 9110 section 15.4 leaves it to the client): the storage behind a registry might reject
   * or store it.
   */
  async request(url: URL, request: HttpRequest): Promise<IncomingMessage> {
    let target = url;
    let { headers } = request;
    for (let hops = 0; hops <= maxRedirects; hops++) {
      const response = await this.#once(target, { ...request, headers: headers ?? {} });
      const location = isStream(request.body) ? undefined : redirection(response);
      if (location === undefined) return response;
      response.resume();
      const next = redirectTarget(target, location);
      if (next.origin !== target.origin) headers = withoutAuthorization(headers);
      target = next;
    }
    throw new Error(`more than ${maxRedirects} redirects`);
  }

  /** Closes the idle connections. */
  close(): void {
    this.#http.destroy();
    this.#https.close();
  }

  #once(
    url: URL,
    { body, idleTimeoutMs, verifyTls = true, trust, signal, ...options }: HttpRequest,
  ): Promise<IncomingMessage> {
    const secure = url.protocol === 'https:';
    const agent = secure ? this.#https.for(url, { verifyTls, trust }) : this.#http;
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const send = secure ? https.request : http.request;
      const request = send(url, { method: 'GET', ...options, agent });
      let response: IncomingMessage | undefined;
      // Node's `signal` option may destroy the socket of a request that has just ended, and the error is lost.
      const onAbort = () =>
        response?.complete ? undefined : (response ?? request).destroy(signal?.reason as Error);
      signal?.addEventListener('abort', onAbort, { once: true });
      const guard = new RateGuard(this.#minimum(), (error) => (response ?? request).destroy(error));
      request.on('socket', (socket) => guard.watch(socket));
      request.on('close', () => {
        guard.stop();
        signal?.removeEventListener('abort', onAbort);
      });
      request.setTimeout(idleTimeoutMs, () => (response ?? request).destroy(idle(idleTimeoutMs)));
      request.on('error', reject);
      request.on('response', (message) => {
        response = message;
        guard.response = message;
        // An error without a reader must not end the process. A reader receives it too.
        message.on('error', () => undefined);
        resolve(message);
      });
      if (isStream(body)) void sendStream(request, body);
      else request.end(body);
    });
  }
}

function isStream(body: HttpRequest['body']): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && Symbol.asyncIterator in body;
}

/** An error of the stream, or of the connection, becomes that of the request. */
async function sendStream(request: ClientRequest, body: AsyncIterable<Uint8Array>): Promise<void> {
  await pipeline(Readable.from(body, { objectMode: false }), request).catch((error: unknown) =>
    request.destroy(error as Error),
  );
}

/** Reads a whole body. @throws Error above `limit` bytes */
export async function readBody(message: IncomingMessage, limit: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of message as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > limit) throw new Error(`a response of more than ${limit} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts, size);
}

function redirection({ statusCode = 0, headers }: IncomingMessage): string | undefined {
  return [301, 302, 303, 307, 308].includes(statusCode) ? headers.location : undefined;
}

/** Resolves a Location header. @throws Error for another protocol than HTTP, or plain HTTP after HTTPS */
export function redirectTarget(from: URL, location: string): URL {
  const next = new URL(location, from);
  if (next.protocol !== 'https:' && next.protocol !== 'http:') {
    throw new Error(`redirect to the unsupported protocol ${next.protocol}`);
  }
  if (from.protocol === 'https:' && next.protocol === 'http:') {
    throw new Error(`redirect from HTTPS to plain HTTP (${next.host})`);
  }
  return next;
}

function withoutAuthorization(headers: OutgoingHttpHeaders | undefined): OutgoingHttpHeaders {
  const entries = Object.entries(headers ?? {}).filter(([name]) => name.toLowerCase() !== 'authorization');
  return Object.fromEntries(entries);
}

function idle(ms: number): Error {
  return Object.assign(new Error(`no data received for ${ms} ms`), { code: 'ETIMEDOUT' });
}
