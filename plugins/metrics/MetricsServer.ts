import { chmod, chown, mkdir, unlink } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type ListenOptions } from 'node:net';
import { dirname } from 'node:path';
import { type Logger, messageOf, PouchError } from '../../hooks/index.ts';

/** Milliseconds until a client has sent its request. */
const requestTimeoutMs = 5_000;

/** Of one address: a scraper needs one or two. */
const maxConnections = 16;

const mediaType = 'text/plain; version=0.0.4; charset=utf-8';

/** Who may use a Unix socket. */
interface SocketAccess {
  mode: number;
  /** Number of its group. */
  group: number;
}

export class MetricsServer {
  readonly #read: () => Promise<string>;
  readonly #log: Logger;
  readonly #servers: Server[] = [];
  /** Scrapes at the same time share one reading. */
  #reading: Promise<string> | undefined;

  constructor(read: () => Promise<string>, log: Logger) {
    this.#read = read;
    this.#log = log;
  }

  /** @param address `unix:///PATH` or `tcp://ADDRESS:PORT` @throws PCH_LISTEN */
  async listen(address: string, access: SocketAccess): Promise<void> {
    const limits = { requestTimeout: requestTimeoutMs, headersTimeout: requestTimeoutMs };
    const server = createServer(limits, (request, response) => void this.#respond(request, response));
    server.maxConnections = maxConnections;
    this.#servers.push(server);
    const options = optionsOf(address);
    if (options.path !== undefined) await makeRoom(options.path, address);
    await bind(server, options, address);
    if (options.path !== undefined) await grant(options.path, access);
    this.#log.info(`metrics on ${address}`);
  }

  async close(): Promise<void> {
    const closed = this.#servers.map((server) => new Promise<void>((done) => server.close(() => done())));
    for (const server of this.#servers) server.closeAllConnections();
    await Promise.all(closed);
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    if (url.split('?')[0] !== '/metrics') return reply(response, 404, 'the metrics are at /metrics\n');
    if (method !== 'GET' && method !== 'HEAD') return reply(response, 405, 'expected GET\n');
    try {
      reply(response, 200, await this.#shared());
    } catch (error) {
      this.#log.error('the metrics cannot be read', { error: messageOf(error) });
      reply(response, 500, 'the metrics cannot be read; the log of pouchd has the reason\n');
    }
  }

  #shared(): Promise<string> {
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    return this.#reading;
  }
}

function reply(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': mediaType, 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}

function optionsOf(address: string): ListenOptions {
  const url = new URL(address);
  if (url.protocol === 'unix:') return { path: decodeURIComponent(url.pathname) };
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) };
}

/** A socket that nobody serves is a leftover of a killed daemon. */
async function makeRoom(path: string, address: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o711 });
  if (await isServed(path)) throw listenError(address, 'another process serves it');
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw listenError(address, messageOf(error));
  });
}

function isServed(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ path });
    probe.once('connect', () => resolve(true)).once('error', () => resolve(false));
    probe.once('connect', () => probe.destroy());
  });
}

/** The socket is root's alone until `grant`. */
async function bind(server: Server, options: ListenOptions, address: string): Promise<void> {
  const umask = process.umask(0o177);
  const bound = new Promise<void>((resolve, reject) => {
    const failed = (error: Error) => reject(listenError(address, error.message));
    server.once('error', failed).listen(options, () => {
      server.off('error', failed);
      resolve();
    });
  });
  process.umask(umask);
  await bound;
}

async function grant(path: string, { mode, group }: SocketAccess): Promise<void> {
  await chown(path, 0, group);
  await chmod(path, mode);
}

function listenError(address: string, problem: string): PouchError {
  return new PouchError('PCH_LISTEN', `cannot serve metrics on ${address}: ${problem}`, {
    hint: 'choose another address for the option listen of the plugin metrics',
  });
}
