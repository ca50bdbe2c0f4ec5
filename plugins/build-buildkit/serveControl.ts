/**
 * Connects a client, such as buildx, to buildkitd. Calls are passed on as they are, but for Solve: an image for the
 * engine becomes an image of Pouch before the client gets the result.
 */
import {
  type ClientHttp2Session,
  connect,
  constants,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { createConnection } from 'node:net';
import { Duplex } from 'node:stream';
import { PouchError } from '../../hooks/index.ts';

const solvePath = '/moby.buildkit.v1.Control/Solve';
/** Bytes of a request that is read as a whole. */
const mostRequest = 64 << 20;
/** Of gRPC. */
const failedCode = 2;
const refusedCode = 3;

/** Resolves to the reply to a SolveRequest. */
export type Solve = (request: Buffer, signal: AbortSignal) => Promise<Buffer>;

/** Resolves when the connection has ended. */
export async function serveControl(
  connection: Duplex,
  { socket, solve, signal }: { socket: string; solve: Solve; signal: AbortSignal },
): Promise<void> {
  const upstream = connect('http://buildkit', { createConnection: () => createConnection(socket) });
  const server = createServer();
  await new Promise<void>((resolve) => {
    const end = () => {
      signal.removeEventListener('abort', end);
      upstream.destroy();
      connection.destroy();
      resolve();
    };
    signal.addEventListener('abort', end);
    upstream.on('error', end).on('close', end);
    server.on('sessionError', end).on('error', end);
    connection.on('error', end).on('close', end);
    server.on('stream', (stream, headers) => {
      stream.on('error', () => undefined);
      if (headers[':path'] === solvePath) void answerSolve(stream, solve);
      else pass(stream, headers, upstream);
    });
    // Not the socket itself, which the API watches for a client that leaves.
    server.emit('connection', Duplex.from({ readable: connection, writable: connection }));
    if (signal.aborted) end();
  });
}

/** Fails each call of a client in these words. Resolves when the client has left. */
export async function refuseCalls(connection: Duplex, { message }: Error): Promise<void> {
  if (connection.destroyed) return;
  const server = createServer();
  server.on('stream', (stream) => {
    stream.on('error', () => undefined);
    stream.respond({ ...replyHead, ...failureTrailers(failedCode, message) }, { endStream: true });
  });
  await new Promise<void>((resolve) => {
    const end = () => resolve();
    server.on('sessionError', end).on('error', end);
    connection.on('error', end).on('close', end);
    server.emit('connection', Duplex.from({ readable: connection, writable: connection }));
  });
}

function pass(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, upstream: ClientHttp2Session): void {
  if (upstream.destroyed || upstream.closed) return void stream.close(constants.NGHTTP2_REFUSED_STREAM);
  const { connection: _connection, host: _host, ...sent } = headers;
  const call = upstream.request({ ...sent, ':authority': 'localhost', ':scheme': 'http' });
  let trailers: IncomingHttpHeaders = {};
  call.on('error', () => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
  stream.on('aborted', () => call.close(constants.NGHTTP2_CANCEL));
  stream.on('close', () => {
    if (!call.closed) call.close(constants.NGHTTP2_CANCEL);
  });
  stream.pipe(call);
  call.on('response', (head, flags) => {
    if (stream.destroyed) return;
    // A reply that has only trailers.
    if ((flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0) return stream.respond(head, { endStream: true });
    stream.respond(head, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    call.on('trailers', (received: IncomingHttpHeaders) => (trailers = received));
    call.pipe(stream);
  });
}

async function answerSolve(stream: ServerHttp2Stream, solve: Solve): Promise<void> {
  const left = new AbortController();
  stream.once('close', () => left.abort(new PouchError('PCH_CANCELLED', 'the client has left')));
  let trailers: Record<string, string> = { 'grpc-status': '0' };
  let reply: Buffer | undefined;
  try {
    reply = frame(await solve(await messageOf(stream), left.signal));
  } catch (error) {
    const code = error instanceof PouchError && error.status === 400 ? refusedCode : failedCode;
    trailers = failureTrailers(code, (error as Error).message);
  }
  if (stream.destroyed || stream.closed) return;
  if (!reply) return stream.respond({ ...replyHead, ...trailers }, { endStream: true });
  stream.respond(replyHead, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  stream.end(reply);
}

const replyHead = { ':status': 200, 'content-type': 'application/grpc' };

function failureTrailers(code: number, message: string): Record<string, string> {
  return { 'grpc-status': String(code), 'grpc-message': percentEncoded(message) };
}

/** The one message of the request (gRPC over HTTP2, "Length-Prefixed-Message"). */
async function messageOf(stream: ServerHttp2Stream): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stream as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > mostRequest)
      throw new PouchError('PCH_BODY_TOO_LARGE', `the request is larger than ${mostRequest} bytes`);
    parts.push(part);
  }
  const bytes = Buffer.concat(parts);
  if (bytes.length < 5 || bytes[0] !== 0 || bytes.readUInt32BE(1) !== bytes.length - 5)
    throw new PouchError('PCH_BAD_REQUEST', 'expected one message of gRPC that is not compressed');
  return bytes.subarray(5);
}

function frame(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** gRPC over HTTP2, "Percent-Encoded". */
function percentEncoded(text: string): string {
  return [...Buffer.from(text.slice(0, 4000))]
    .map((byte) =>
      byte >= 0x20 && byte <= 0x7e && byte !== 0x25
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).padStart(2, '0').toUpperCase()}`,
    )
    .join('');
}
