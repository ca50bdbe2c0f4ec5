import { isIPv4 } from 'node:net';
import type { Address } from './address.ts';
import { ClientError } from './errors.ts';

/** Credentials for a TCP address. A Unix socket ignores them. */
export interface Security {
  /** Enables TLS, even if empty. */
  tls?: TlsFiles;
  /** Bearer token; sent only over TLS or to a loopback address. */
  token?: string;
}

/** PEM-encoded contents. */
export interface TlsFiles {
  /** CA of the daemon's certificate; without it the runtime's public CAs. */
  ca?: string;
  /** The client's certificate. */
  cert?: string;
  /** The private key of `cert`. */
  key?: string;
}

/** @throws ClientError PCH_OPTION_INVALID if the token would leave this host without TLS */
export function checkUnencryptedToken({ text, connect }: Address): void {
  if ('host' in connect && isLoopback(connect.host)) return;
  throw new ClientError('PCH_OPTION_INVALID', `the token would be sent unencrypted to ${text}`, {
    hint: 'use TLS: --tlsverify, POUCH_TLS_VERIFY=1 or an address with https://',
  });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}
