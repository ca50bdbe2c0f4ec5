/**
 * Protects an API that gives root on this host from web pages. A browser on this host can reach an insecure address on
 * loopback: by a simple cross-origin request, or by a name that an attacker's DNS resolves to 127.0.0.1.
 */
import type { IncomingMessage } from 'node:http';
import { isIPv4 } from 'node:net';
import { PouchError } from '../../../hooks/index.ts';

/**
 * @param isAuthenticated whether the client presented a certificate or the token, which no web page has
 * @throws PCH_CLIENT_NOT_ALLOWED
 */
export function refuseBrowsers(request: IncomingMessage, isAuthenticated: boolean): void {
  if (request.headers.origin !== undefined) throw notAllowed(`a web page (${request.headers.origin})`);
  if (isAuthenticated) return;
  if (request.socket.remoteAddress === undefined) return; // a Unix socket: the Host header has no meaning
  const name = hostName(request.headers.host ?? '');
  if (!isLoopbackName(name)) throw notAllowed(`host "${name}"`);
}

function hostName(host: string): string {
  return host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}

function isLoopbackName(name: string): boolean {
  return name === 'localhost' || name === '::1' || (isIPv4(name) && name.startsWith('127.'));
}

function notAllowed(found: string): PouchError {
  return new PouchError('PCH_CLIENT_NOT_ALLOWED', `expected a local client, found ${found.slice(0, 100)}`, {
    hint: 'use the Unix socket, or 127.0.0.1 as the host',
  });
}
