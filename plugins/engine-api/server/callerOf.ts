import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Caller, Engine } from '../../../hooks/index.ts';

/** Node has no public way to the descriptor of a socket. */
interface WithHandle {
  _handle?: { fd?: number };
}

/** By connection: who is at its other end does not change (unix(7), SO_PEERCRED). */
const known = new WeakMap<Socket, Caller>();

/**
 * Returns who is at the other end of a connection to a `unix:` or `tcp:` address. Operations continue after the end of
 * their connection, which has no peer then: the first request of each connection asks.
 */
export function callerOf(socket: Socket, url: string, engine: Pick<Engine, 'system'>): Caller {
  const caller = known.get(socket) ?? lookUp(socket, url, engine);
  known.set(socket, caller);
  return caller;
}

function lookUp(socket: Socket, url: string, { system }: Pick<Engine, 'system'>): Caller {
  if (socket instanceof TLSSocket) {
    const { CN } = socket.getPeerCertificate().subject ?? {};
    return { transport: 'tcp', ...(CN !== undefined && { certificate: String(CN) }) };
  }
  if (!url.startsWith('unix:')) return { transport: 'tcp' };
  const fd = (socket as unknown as WithHandle)._handle?.fd ?? -1;
  // Closed meanwhile: rules for users do not apply to it.
  return fd < 0 ? { transport: 'unix' } : { transport: 'unix', ...system.peerOf(fd) };
}
