/** Turns a request into a bidirectional byte stream (Docker's "hijack"). */
import { Transform, type Readable, type Writable } from 'node:stream';
import type { Call } from './call.ts';

export interface RawStream {
  /** Bytes from the client; ends when the client closes its half. */
  input: Readable;
  /** Bytes to the client. */
  output: Writable;
}

/**
 * Responds with `101 UPGRADED` to an upgrade request. Otherwise (older clients) responds with 200 and streams in the
 * response body; input is then the request's body.
 */
export function takeOver(call: Call, contentType: string): RawStream {
  return call.upgrade ? switchProtocols(call, call.upgrade, contentType) : streamBody(call, contentType);
}

function switchProtocols(call: Call, socket: Readable & Writable, contentType: string): RawStream {
  socket.write(
    'HTTP/1.1 101 UPGRADED\r\n' +
      `Content-Type: ${contentType}\r\n` +
      'Connection: Upgrade\r\n' +
      'Upgrade: tcp\r\n' +
      `Api-Version: ${String(call.response.getHeader('Api-Version'))}\r\n\r\n`,
  );
  const chunked = call.request.headers['transfer-encoding'] !== undefined;
  return { input: chunked ? socket.pipe(withoutLastChunk()) : socket, output: socket };
}

function streamBody(call: Call, contentType: string): RawStream {
  const { response } = call;
  // The stream ends with the connection, as Docker's does: clients that read raw bytes would see chunk headers.
  response.useChunkedEncodingByDefault = false;
  response.shouldKeepAlive = false;
  response.writeHead(200, { 'Content-Type': contentType, Connection: 'close' });
  response.flushHeaders();
  return { input: call.body, output: response };
}

const lastChunk = Buffer.from('0\r\n\r\n');

/** dockerode announces a chunked body with its upgrade request and ends it, but then sends raw bytes. */
function withoutLastChunk(): Transform {
  let first = true;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const marked = first && chunk.subarray(0, lastChunk.length).equals(lastChunk);
      first = false;
      done(null, marked ? chunk.subarray(lastChunk.length) : chunk);
    },
  });
}
