/** The server's side of ttRPC, for unary calls (github.com/containerd/ttrpc, PROTOCOL.md). */
import { createServer, type Server, type Socket } from 'node:net';
import { Request, Response } from '../../../core/containerd/gen/shim/ttrpc.ts';
import { codes, StatusError } from './status.ts';

/** Length (4 bytes), stream id (4), type (1), flags (1). */
const headerLength = 10;
const requestType = 1;
const responseType = 2;

/**
 * A call's context. As in the Go implementation it ends with the call if the client has sent a timeout, and lives as
 * long as the server otherwise (ttrpc, server.go: getRequestContext).
 */
export interface Context {
  signal: AbortSignal;
  /** 0: the client sent none. */
  timeoutNano: number;
}

/** One method: bytes in, bytes out. */
export type Handler = (payload: Buffer, context: Context) => Promise<Uint8Array>;

/** @param handlers by path: `/containerd.task.v2.Task/Create` */
export function listen(path: string, handlers: ReadonlyMap<string, Handler>): Server {
  return createServer((socket) => readFrames(socket, handlers)).listen(path);
}

function readFrames(socket: Socket, handlers: ReadonlyMap<string, Handler>): void {
  let pending = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= headerLength) {
      const end = headerLength + pending.readUInt32BE(0);
      if (pending.length < end) return;
      const frame = pending.subarray(0, end);
      pending = pending.subarray(end);
      if (frame[8] === requestType) void serveRequest(socket, frame, handlers);
    }
  });
}

async function serveRequest(
  socket: Socket,
  frame: Buffer,
  handlers: ReadonlyMap<string, Handler>,
): Promise<void> {
  const stream = frame.readUInt32BE(4);
  const { service, method, payload, timeoutNano } = Request.decode(frame.subarray(headerLength));
  const end = new AbortController();
  const context = { signal: end.signal, timeoutNano: Number(timeoutNano) };
  const timer = context.timeoutNano > 0 && setTimeout(() => end.abort(), context.timeoutNano / 1e6);
  const response = await respond(handlers.get(`/${service}/${method}`), { payload, method, context });
  if (timer) {
    clearTimeout(timer);
    end.abort();
  }
  if (!socket.destroyed) socket.write(responseFrame(stream, Response.encode(response).finish()));
}

async function respond(
  handler: Handler | undefined,
  { payload, method, context }: { payload: Buffer; method: string; context: Context },
): Promise<Response> {
  try {
    if (!handler) throw new StatusError(codes.unimplemented, `no method ${method}`);
    return Response.create({ payload: Buffer.from(await handler(payload, context)) });
  } catch (error) {
    const code = error instanceof StatusError ? error.code : codes.unknown;
    return Response.create({ status: { code, message: (error as Error).message } });
  }
}

function responseFrame(stream: number, body: Uint8Array): Buffer {
  const header = Buffer.alloc(headerLength);
  header.writeUInt32BE(body.length, 0);
  header.writeUInt32BE(stream, 4);
  header[8] = responseType;
  return Buffer.concat([header, body]);
}
