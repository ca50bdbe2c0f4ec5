/** Turns a request into a WebSocket connection (RFC 6455). */
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { PouchError } from '../../../hooks/index.ts';
import type { Call } from '../http/call.ts';
import type { RawStream } from '../http/rawStream.ts';
import { closeCode, encodeClose, encodeFrame, opcode } from './frames.ts';
import { FrameReader } from './FrameReader.ts';
import { keepAlive } from './keepAlive.ts';

/** Milliseconds from a close to the end of the connection, if the client does not end it. */
const closeGraceMs = 2_000;
/** Since API 1.28 output is sent in binary frames, before in text frames (moby issue 28176). */
const firstBinaryMinor = 28;

/** Section 1.3 of RFC 6455. */
const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** @throws PCH_BAD_REQUEST if the request is not a handshake of a WebSocket */
export function checkHandshake({ request, upgrade }: Call): { socket: Socket; key: string } {
  const { upgrade: protocol = 'none', 'sec-websocket-version': version = 'none' } = request.headers;
  const key = request.headers['sec-websocket-key'];
  if (!upgrade || protocol.toLowerCase() !== 'websocket') throw notOne(`Upgrade: ${protocol}`);
  if (version !== '13') throw notOne(`Sec-WebSocket-Version: ${version}`);
  if (key === undefined || !/^[A-Za-z0-9+/]{22}==$/.test(key)) throw notOne('an invalid Sec-WebSocket-Key');
  return { socket: upgrade as Socket, key };
}

function notOne(found: string): PouchError {
  return new PouchError(
    'PCH_BAD_REQUEST',
    `expected a handshake of a WebSocket of version 13, found ${found.slice(0, 100)}`,
    { hint: 'use a WebSocket client, or POST /containers/{id}/attach' },
  );
}

/** Accepts the connection. Output is sent in frames; input has the bytes of all messages. */
export function accept(call: Call, { socket, key }: { socket: Socket; key: string }): RawStream {
  const proof = createHash('sha1').update(`${key}${guid}`).digest('base64');
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${proof}`,
    `Api-Version: ${String(call.response.getHeader('Api-Version'))}`,
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);

  let isClosing = false;
  const close = (code: number, reason?: string): void => {
    if (isClosing) return;
    isClosing = true;
    const force = setTimeout(() => socket.destroy(), closeGraceMs);
    socket.once('close', () => clearTimeout(force));
    if (socket.writable) socket.end(encodeClose(code, reason));
  };
  const input = new FrameReader({
    // A client that does not read gets no pongs: they would fill the memory.
    onPing: (payload) => {
      if (!isClosing && !socket.writableNeedDrain) socket.write(encodeFrame(opcode.pong, payload));
    },
    onClose: (code) => close(isCode(code) ? code : closeCode.protocolError),
    onBroken: (error) => close(error.closeCode, error.message),
  });
  const output = outputTo(socket, call.apiMinor < firstBinaryMinor, {
    isClosing: () => isClosing,
    close: () => close(closeCode.normal),
  });
  keepAlive(socket, () => !isClosing && !input.writableNeedDrain);
  socket.pipe(input);
  // A client that ends the connection without a close reads no more, as with every WebSocket.
  socket.once('end', () => {
    isClosing = true;
    socket.end();
  });
  socket.once('close', () => input.destroy());
  return { input, output };
}

/** Codes that a close may have on the wire. */
function isCode(code: number): boolean {
  return (
    (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code < 5000)
  );
}

function outputTo(
  socket: Socket,
  asText: boolean,
  connection: { isClosing(): boolean; close(): void },
): Writable {
  const text = new StringDecoder('utf8');
  const encode = (chunk: Buffer) =>
    asText ? encodeFrame(opcode.text, Buffer.from(text.write(chunk))) : encodeFrame(opcode.binary, chunk);
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      // What the client no longer wants is dropped.
      if (connection.isClosing() || !socket.writable) return done();
      socket.write(encode(chunk), () => done());
    },
    final(done) {
      connection.close();
      if (socket.destroyed) return done();
      socket.once('close', () => done());
    },
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });
}
