/** Turns a request into a WebSocket connection. */
import { type Duplex, Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import { PouchError } from '../../../hooks/index.ts';
import type { Call } from '../http/call.ts';
import type { RawStream } from '../http/rawStream.ts';
import { keepAlive } from './keepAlive.ts';

/** Bytes of one message of a client, which is held until it is complete. */
export const mostMessageBytes = 4 * 1024 * 1024;
/** Milliseconds from a close to the end of the connection, if the client does not end it. */
const closeGraceMs = 2_000;
/** Since API 1.28 output is sent in binary frames, before in text frames (moby issue 28176). */
const firstBinaryMinor = 28;
/** RFC 6455, section 7.4.1. */
const normalClosure = 1000;

/** @throws PCH_BAD_REQUEST if the request is not a handshake of a WebSocket */
export function checkHandshake({ request, upgrade }: Call): Duplex {
  const { upgrade: protocol = 'none', 'sec-websocket-version': version = 'none' } = request.headers;
  const key = request.headers['sec-websocket-key'];
  if (!upgrade || protocol.toLowerCase() !== 'websocket') throw notOne(`Upgrade: ${protocol}`);
  if (version !== '13') throw notOne(`Sec-WebSocket-Version: ${version}`);
  if (key === undefined || !/^[A-Za-z0-9+/]{22}==$/.test(key)) throw notOne('an invalid Sec-WebSocket-Key');
  return upgrade;
}

function notOne(found: string): PouchError {
  return new PouchError(
    'PCH_BAD_REQUEST',
    `expected a handshake of a WebSocket of version 13, found ${found.slice(0, 100)}`,
    { hint: 'use a WebSocket client, or POST /containers/{id}/attach' },
  );
}

/** Accepts the connection of a request that {@link checkHandshake} takes. */
export async function accept(call: Call, connection: Duplex): Promise<RawStream> {
  const socket = await open(call, connection);
  const input = createWebSocketStream(socket, { allowHalfOpen: true });
  // A client that violates the protocol or disconnects; the close of the stream says so, too.
  input.on('error', () => undefined);
  // A client that does not read gets no pongs: they would fill the memory.
  socket.on('ping', (payload: Buffer) => {
    if (socket.bufferedAmount === 0) socket.pong(payload);
  });
  keepAlive(socket);
  return { input, output: outputTo(socket, call.apiMinor < firstBinaryMinor) };
}

const options = {
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  maxPayload: mostMessageBytes,
  autoPong: false,
  closeTimeout: closeGraceMs,
};

function open(call: Call, connection: Duplex): Promise<WebSocket> {
  const server = new WebSocketServer(options);
  server.on('headers', (headers) =>
    headers.push(`Api-Version: ${String(call.response.getHeader('Api-Version'))}`),
  );
  return new Promise((resolve) => {
    server.handleUpgrade(call.request, connection, Buffer.alloc(0), resolve);
  });
}

function outputTo(socket: WebSocket, asText: boolean): Writable {
  const text = new StringDecoder('utf8');
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      // What the client no longer wants is dropped.
      if (socket.readyState !== socket.OPEN) return done();
      socket.send(asText ? text.write(chunk) : chunk, () => done());
    },
    final(done) {
      socket.close(normalClosure);
      if (socket.readyState === socket.CLOSED) return done();
      socket.once('close', () => done());
    },
    destroy(error, done) {
      socket.terminate();
      done(error);
    },
  });
}
