/** Serves ttRPC at a socket, as shims do. */
import { createServer, type Server } from 'node:net';
import { type Handler, TtrpcServer } from '../../../plugins/nri/wire/TtrpcServer.ts';

export type { CallContext as Context, Handler } from '../../../plugins/nri/wire/TtrpcServer.ts';

/** @param handlers by path: `/containerd.task.v2.Task/Create` */
export function listen(path: string, handlers: ReadonlyMap<string, Handler>): Server {
  return createServer((socket) => {
    const send = (bytes: Buffer) => void (socket.destroyed || socket.write(bytes));
    const server = new TtrpcServer({ handlers, send, mostCalls: Infinity });
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => server.receive(chunk));
  }).listen(path);
}
