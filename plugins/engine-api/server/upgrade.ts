/**
 * Handles requests with `Upgrade: tcp` (attach, exec). Node parses only their headers and passes the socket; the body
 * that Docker's clients send (Content-Length bytes of JSON) comes first on it and must not become stdin.
 */
import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Readable, type Duplex } from 'node:stream';
import { PouchError } from '../../../hooks/index.ts';
import { bodyTimeout, tooLarge } from '../http/body.ts';
import { bodyTimeoutMs, departureCheckMs, maxJsonBody } from './limits.ts';

/** Creates a response on the socket, so that routes handle an upgrade request like any other. */
export function responseOn(socket: Duplex, request: IncomingMessage): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Parameters<ServerResponse['assignSocket']>[0]);
  // Node's server forwards this event, but no longer for this socket.
  socket.on('drain', () => response.emit('drain'));
  response.once('finish', () => socket.end());
  return response;
}

/**
 * Closes the connection of a client that has closed it, also while nothing is sent. The end of its input does not show
 * that: many clients close only that half. A write of no bytes to a Unix socket fails if the other side is closed as a
 * whole (unix_stream_sendmsg); over TCP a departed client is noticed with the next output.
 */
export function noticeDeparture(socket: Socket): void {
  if (socket.remoteFamily !== undefined) return;
  const check = setInterval(() => {
    if (socket.writable && socket.writableLength === 0) socket.write(nothing);
  }, departureCheckMs);
  socket.once('close', () => clearInterval(check));
}

const nothing = Buffer.alloc(0);

/**
 * Reads the body from the socket and puts back the bytes after it.
 * @throws PCH_BODY_TOO_LARGE, PCH_DEADLINE, PCH_BAD_REQUEST when the connection ends too early
 */
export async function takeBody(socket: Duplex, head: Buffer, request: IncomingMessage): Promise<Readable> {
  const length = Number(request.headers['content-length'] ?? 0);
  if (length > maxJsonBody) throw tooLarge(maxJsonBody);
  if (head.length > 0) socket.unshift(head);
  return Readable.from(length > 0 ? [await readExactly(socket, length)] : [], { objectMode: false });
}

async function readExactly(socket: Duplex, length: number): Promise<Buffer> {
  const deadline = AbortSignal.timeout(bodyTimeoutMs);
  for (;;) {
    const bytes = socket.read(length) as Buffer | null;
    // At the end of the stream, read() returns the remaining bytes, even if they are fewer.
    if (bytes?.length === length) return bytes;
    if (bytes || socket.readableEnded || socket.destroyed) throw cutOff(length);
    await readable(socket, deadline);
  }
}

function readable(socket: Duplex, deadline: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const events = ['readable', 'end', 'close'] as const;
    const settle = (): void => {
      for (const event of events) socket.off(event, settle);
      deadline.removeEventListener('abort', settle);
      if (deadline.aborted) reject(bodyTimeout());
      else resolve();
    };
    for (const event of events) socket.on(event, settle);
    deadline.addEventListener('abort', settle, { once: true });
  });
}

function cutOff(length: number): PouchError {
  return new PouchError(
    'PCH_BAD_REQUEST',
    `expected a body of ${length} bytes, but the connection ended before`,
  );
}
