import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Caller, Engine } from '../../../hooks/index.ts';

/** Node has no public way to the descriptor of a socket. */
interface WithHandle {
  _handle?: { fd?: number };
}

/** Returns who is at the other end of a connection to a `unix:` or `tcp:` address. */
export function callerOf(socket: Socket, url: string, { system }: Engine): Caller {
  if (socket instanceof TLSSocket) {
    const { CN } = socket.getPeerCertificate().subject ?? {};
    return { transport: 'tcp', ...(CN !== undefined && { certificate: String(CN) }) };
  }
  if (!url.startsWith('unix:')) return { transport: 'tcp' };
  const fd = (socket as unknown as WithHandle)._handle?.fd ?? -1;
  // Closed meanwhile: rules for users do not apply to it.
  return fd < 0 ? { transport: 'unix' } : { transport: 'unix', ...system.peerOf(fd) };
}
