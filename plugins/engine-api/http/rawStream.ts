/** Turns a request into a bidirectional byte stream (Docker's "hijack"). */
import type { Socket } from 'node:net';
import { type Duplex, Transform, type Readable, type Writable } from 'node:stream';
import { PouchError } from '../../../hooks/index.ts';
import { maxJsonBody } from '../server/limits.ts';
import { noticeDeparture } from '../server/upgrade.ts';
import { readAll } from './body.ts';
import type { Call } from './call.ts';

export interface RawStream {
  /** Bytes from the client; ends when the client closes its half. */
  input: Readable;
  /** Bytes to the client. */
  output: Writable;
}

/**
 * Responds with `101 UPGRADED` to an upgrade request, and with 200 to one without: both then have the connection to
 * themselves, as with Docker. Only a chunked body without an upgrade is itself the input.
 * @throws PCH_AUTHORIZATION_DENIED, PCH_AUTHORIZATION_FAILED
 */
export async function takeOver(call: Call, contentType: string): Promise<RawStream> {
  const chunked = call.request.headers['transfer-encoding'] !== undefined;
  await call.mayBegin?.(call.upgrade ? 101 : 200, { 'Content-Type': contentType });
  if (call.upgrade) {
    writeHead(call, call.upgrade, ['101 UPGRADED', ...upgradeHeaders], contentType);
    return { input: chunked ? call.upgrade.pipe(withoutLastChunk()) : call.upgrade, output: call.upgrade };
  }
  if (chunked) return streamBody(call, contentType);
  const socket = await takeConnection(call);
  writeHead(call, socket, ['200 OK'], contentType);
  return { input: socket, output: socket };
}

/**
 * Responds to a request that wants another protocol on its connection, as Docker's clients do for BuildKit.
 * @throws PCH_BAD_REQUEST
 */
export function switchProtocol(call: Call, protocol: string): Duplex {
  const wanted = call.request.headers.upgrade?.toLowerCase();
  if (!call.upgrade || wanted !== protocol)
    throw new PouchError(
      'PCH_BAD_REQUEST',
      `expected the header "Upgrade: ${protocol}", found ${wanted ?? 'none'}`,
      {
        hint: 'this path is for docker build and docker buildx',
      },
    );
  const version = `Api-Version: ${String(call.response.getHeader('Api-Version'))}`;
  const lines = ['HTTP/1.1 101 UPGRADED', 'Connection: Upgrade', `Upgrade: ${protocol}`, version];
  call.upgrade.write(`${lines.join('\r\n')}\r\n\r\n`);
  // Pipelines in both directions have more than Node expects.
  call.upgrade.setMaxListeners(30);
  return call.upgrade;
}

const upgradeHeaders = ['Connection: Upgrade', 'Upgrade: tcp'];

function writeHead(call: Call, socket: Writable, [status, ...headers]: string[], contentType: string): void {
  const version = `Api-Version: ${String(call.response.getHeader('Api-Version'))}`;
  const lines = [`HTTP/1.1 ${status}`, `Content-Type: ${contentType}`, ...headers, version];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
}

/** Takes the connection from Node's HTTP parser, which would read what follows the body as another request. */
async function takeConnection({ body, request }: Call): Promise<Socket> {
  if (!body.readableEnded) await readAll(body, maxJsonBody);
  const { socket } = request;
  socket.removeAllListeners('data').removeAllListeners('end');
  // A listener for data has Node hand the connection back (socketOnWrap in lib/_http_server.js).
  const ignore = (): void => undefined;
  socket.on('data', ignore).pause().off('data', ignore);
  // A client that leaves resets it; `close` follows.
  socket.on('error', ignore);
  noticeDeparture(socket);
  return socket;
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
