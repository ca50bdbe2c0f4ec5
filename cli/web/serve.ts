import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Client } from '../../client/index.ts';
import { CliError } from '../errors.ts';
import { admit, type Keys } from './admit.ts';

/** Only this host reaches it. */
export const webAddress = '127.0.0.1';

/** Milliseconds for a document, beyond the longest deadline of a page. */
const documentMs = 30_000;
const mostConnections = 32;

const limits = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
};

/** Headers of pouchd that a browser gets; others are about the connection to pouchd. */
const passedOn = [
  'content-type',
  'content-length',
  'content-security-policy',
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
];

/** On every response, whatever pouchd says. */
const ownHeaders = {
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

/**
 * Serves the console for browsers of this host: it forwards what `admit` lets through.
 * @returns the port
 * @throws CliError if the port cannot be used
 */
export async function serve(
  client: Client,
  keys: Keys,
  port: number,
): Promise<{ server: Server; port: number }> {
  const server = createServer(limits, (request, response) => {
    respond(client, keys, request, response).catch(() => response.destroy());
  });
  server.maxConnections = mostConnections;
  server.on('clientError', (_error: Error, socket: Socket) => {
    if (socket.writable)
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    else socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(error, port)));
    server.listen(port, webAddress, resolve);
  });
  return { server, port: (server.address() as AddressInfo).port };
}

async function respond(
  client: Client,
  keys: Keys,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const verdict = admit(request, keys);
  for (const [name, value] of Object.entries(ownHeaders)) response.setHeader(name, value);
  if (verdict.kind === 'refused') return refuse(response, verdict.status, verdict.why);
  if (verdict.kind === 'forward')
    return await forward(client, verdict.path, request.headers.accept, response);
  response.setHeader('Set-Cookie', verdict.cookie);
  response.writeHead(303, { Location: verdict.to, 'Content-Length': 0 }).end();
}

async function forward(
  client: Client,
  path: string,
  accept = 'text/html',
  response: ServerResponse,
): Promise<void> {
  const left = new AbortController();
  const timer = setTimeout(() => left.abort(), documentMs);
  response.once('close', () => {
    clearTimeout(timer);
    left.abort();
  });
  try {
    const document = await client.extensions.consoleDocument(path, accept.slice(0, 1000), left.signal);
    for (const name of passedOn) {
      const value = document.headers[name];
      if (value !== undefined) response.setHeader(name, value);
    }
    // A response without a policy is not a document of the console.
    if (document.headers['content-security-policy'] === undefined)
      response.setHeader('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'");
    response.writeHead(document.statusCode ?? 502);
    document.once('error', () => response.destroy());
    document.pipe(response);
  } catch (error) {
    if (response.destroyed) return;
    if (response.headersSent) response.destroy();
    else {
      // A page that loads itself again does so over a restart of pouchd.
      const [, seconds] = /[?&]refresh=(\d{1,4})(&|$)/.exec(path) ?? [];
      if (seconds !== undefined) response.setHeader('Refresh', seconds);
      refuse(response, left.signal.aborted ? 504 : 502, (error as Error).message);
    }
  }
}

function refuse(response: ServerResponse, status: number, why: string): void {
  const body = Buffer.from(`pouch web: ${why}\n`);
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': body.length,
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    Connection: 'close',
    ...(status === 405 && { Allow: 'GET' }),
  });
  response.end(body);
}

function cannotListen(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'EADDRINUSE')
    return new CliError(
      'PCH_CONFLICT',
      `port ${port} of ${webAddress} is in use`,
      'choose another with --port, or omit it for a free one',
    );
  return new CliError(
    'PCH_OPTION_INVALID',
    `cannot listen on port ${port} of ${webAddress}: ${error.message}`,
  );
}
