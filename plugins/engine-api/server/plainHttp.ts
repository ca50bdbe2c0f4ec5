import type { Server } from 'node:https';
import type { Socket } from 'node:net';
import { handshakeTimeoutMs } from './limits.ts';

/** The first byte of a TLS connection: a record of type handshake (RFC 8446, section 5.1). */
const handshakeRecord = 0x16;

/**
 * Makes a TLS server send an explanation to a client that sends plain HTTP, as Go's servers do; Node's resets the
 * connection.
 */
export function explainPlainHttp(server: Server, reply: string): void {
  // Node's own listener then starts the handshake and reads the unshifted bytes first.
  const listeners = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    const late = setTimeout(() => socket.destroy(), handshakeTimeoutMs);
    const ignore = (): void => undefined;
    socket.once('close', () => clearTimeout(late)).on('error', ignore);
    socket.once('readable', () => {
      const first = socket.read(1) as Buffer | null;
      if (first?.[0] !== handshakeRecord) return void socket.resume().end(first ? reply : '');
      clearTimeout(late);
      socket.off('error', ignore).unshift(first);
      for (const listener of listeners) listener.call(server, socket);
    });
  });
}
