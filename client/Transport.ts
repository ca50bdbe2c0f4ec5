import http from 'node:http';
import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import { PassThrough, pipeline } from 'node:stream';
import type { Duplex, Readable } from 'node:stream';
import { parseAddress } from './address.ts';
import type { Address } from './address.ts';
import { ClientError, errorFromResponse } from './errors.ts';
import { callFailure, connectionFailure } from './failure.ts';
import { jsonLines } from './jsonLines.ts';
import { withQuery } from './query.ts';
import type { Query } from './query.ts';
import { SshAgent } from './SshConnection.ts';
import { checkUnencryptedToken, type Security, type TlsFiles } from './security.ts';

export interface CallOptions {
  query?: Query;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent unchanged and chunked, instead of `body`. */
  upload?: Readable;
  headers?: OutgoingHttpHeaders;
  signal?: AbortSignal;
}

/** A connection after its HTTP upgrade: raw bytes in both directions. */
export interface Hijacked {
  socket: Duplex;
  /** `application/vnd.docker.raw-stream` or `…multiplexed-stream`; empty if the server sent none. */
  contentType: string;
}

/** With this user agent pouchd sends errors with code and hint, not only Docker's `message`. */
const standardAgent = 'pouch-client';

/** HTTP over the daemon's socket. Connections are kept alive and shared by the calls of one client. */
export class Transport {
  readonly address: Address;
  readonly #tls: TlsFiles | undefined;
  readonly #headers: OutgoingHttpHeaders;
  readonly #agent: http.Agent;

  /** @throws ClientError PCH_OPTION_INVALID */
  constructor(host: string, { tls, token }: Security = {}, userAgent = standardAgent) {
    this.address = parseAddress(host);
    const isTcp = 'port' in this.address.connect;
    this.#tls = isTcp && (tls ?? this.address.wantsTls) ? (tls ?? {}) : undefined;
    if (isTcp && token !== undefined && !this.#tls) checkUnencryptedToken(this.address);
    this.#headers = {
      'user-agent': userAgent,
      // Node sets the header for TCP; a Unix socket has no host name.
      ...(!isTcp && { host: 'pouch' }),
      ...(isTcp && token !== undefined && { authorization: `Bearer ${token}` }),
    };
    this.#agent = this.#newAgent({ keepAlive: true });
  }

  /** Returns the parsed JSON body of the response, undefined if it is empty. */
  async json<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
    return this.readJson(await this.open(method, path, options), options.signal);
  }

  /** Reads and parses the body of a response, undefined if it is empty. */
  async readJson<T>(response: IncomingMessage, signal?: AbortSignal): Promise<T> {
    const body = await this.#readText(response, signal);
    return (body ? this.#parse(body) : undefined) as T;
  }

  /** Resolves to the response once its headers have arrived; the caller reads the body. */
  async open(method: string, path: string, options: CallOptions = {}): Promise<IncomingMessage> {
    return await this.#accepted(await this.exchange(method, path, options));
  }

  /** The same for a response of any status: that of an error is not thrown. */
  async exchange(method: string, path: string, options: CallOptions = {}): Promise<IncomingMessage> {
    const request = this.#request(method, path, options, this.#agent);
    return await new Promise<IncomingMessage>((resolve, reject) => {
      let hasResponse = false;
      request.once('response', (response) => {
        hasResponse = true;
        resolve(response);
      });
      request.on('error', (error) => {
        // Each attempt uses up a kept connection, and one that opens a new connection is the last.
        if (!hasResponse && wasClosedIdle(error, request) && options.upload === undefined)
          resolve(this.exchange(method, path, options));
        else reject(callFailure(error, this.address, this.#tls, options.signal));
      });
      send(request, options);
    });
  }

  /** Resolves to the body of a response. A connection that breaks ends it with a ClientError. */
  async bytes(method: string, path: string, options: CallOptions = {}): Promise<Readable> {
    return this.bodyOf(await this.open(method, path, options), options.signal);
  }

  /** The body of a response, which a connection that breaks ends with a ClientError. */
  bodyOf(response: IncomingMessage, signal?: AbortSignal): Readable {
    const body = new PassThrough();
    response.once('error', (error) => body.destroy(connectionFailure(error, this.address, signal)));
    body.once('close', () => response.destroy());
    return response.pipe(body);
  }

  /** Resolves to the values of a response of JSON lines. A connection that breaks ends them with a ClientError. */
  async lines<T>(method: string, path: string, options: CallOptions = {}): Promise<AsyncGenerator<T>> {
    return jsonLines<T>(this.#chunks(await this.open(method, path, options), options.signal));
  }

  /** Upgrades the connection to a raw stream (attach, exec). */
  async hijack(method: string, path: string, options: CallOptions = {}): Promise<Hijacked> {
    const headers = { connection: 'Upgrade', upgrade: 'tcp', ...options.headers };
    const request = this.#request(method, path, { ...options, headers }, this.#newAgent({}));
    return new Promise<Hijacked>((resolve, reject) => {
      request.once('upgrade', (response: IncomingMessage, socket: Duplex, head: Buffer) => {
        if (head.length > 0) socket.unshift(head);
        resolve({ socket, contentType: response.headers['content-type'] ?? '' });
      });
      request.once('response', (response) => void this.#refused(response).catch(reject));
      request.on('error', (error) => reject(callFailure(error, this.address, this.#tls, options.signal)));
      send(request, options);
    });
  }

  /** Closes idle connections. */
  close(): void {
    this.#agent.destroy();
  }

  #newAgent(options: http.AgentOptions): http.Agent {
    const { connect } = this.address;
    if ('ssh' in connect) return new SshAgent(connect.ssh, options);
    return this.#tls ? new https.Agent(options) : new http.Agent(options);
  }

  #request(method: string, path: string, options: CallOptions, agent: http.Agent): ClientRequest {
    const { connect } = this.address;
    const headers: OutgoingHttpHeaders = { ...this.#headers, ...options.headers };
    if (options.body !== undefined) headers['content-type'] = 'application/json';
    return (this.#tls ? https : http).request({
      ...('ssh' in connect ? { host: 'pouch' } : connect),
      ...this.#tls,
      method,
      path: withQuery(path, options.query),
      headers,
      agent,
      ...(options.signal && { signal: options.signal }),
    });
  }

  async #accepted(response: IncomingMessage): Promise<IncomingMessage> {
    const status = response.statusCode ?? 0;
    if (status < 400) return response;
    throw errorFromResponse(status, await this.#readText(response));
  }

  /** A response without the upgrade is an error even if its status is not. */
  async #refused(response: IncomingMessage): Promise<never> {
    await this.#accepted(response);
    response.destroy();
    throw new ClientError(
      'PCH_BAD_REQUEST',
      `expected an upgraded connection, the daemon returned status ${response.statusCode}`,
    );
  }

  async #readText(response: IncomingMessage, signal?: AbortSignal): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of this.#chunks(response, signal)) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  }

  async *#chunks(response: IncomingMessage, signal?: AbortSignal): AsyncGenerator<Buffer> {
    try {
      yield* response as AsyncIterable<Buffer>;
    } catch (error) {
      throw connectionFailure(error as Error, this.address, signal);
    }
  }

  #parse(body: string): unknown {
    try {
      return JSON.parse(body);
    } catch (cause) {
      const message = `expected JSON from ${this.address.text}, found something else: is it pouchd?`;
      throw new ClientError('PCH_DAEMON_UNREACHABLE', message, { cause });
    }
  }
}

/**
 * Reports whether a request failed because the server closed a kept connection while it was idle, and may be sent
 * again: the write failed, so that the server did not see it, or it changes nothing.
 */
function wasClosedIdle(error: Error, { reusedSocket, method }: ClientRequest): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return (
    reusedSocket && (code === 'EPIPE' || (code === 'ECONNRESET' && (method === 'GET' || method === 'HEAD')))
  );
}

function send(request: ClientRequest, options: CallOptions): void {
  if (options.upload) {
    // A failed upload destroys the request, which reports the error.
    pipeline(options.upload, request, () => undefined);
  } else {
    request.end(options.body === undefined ? undefined : JSON.stringify(options.body));
  }
}
