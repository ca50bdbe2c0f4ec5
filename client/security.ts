import { isIPv4 } from 'node:net';
import type { Address } from './address.ts';
import { ClientError } from './errors.ts';

/** What proves the client and the server to each other; without meaning for a Unix socket. */
export interface Security {
  /** Uses TLS. */
  tls?: TlsFiles;
  /** The daemon's secret. It is sent by TLS or to loopback only. */
  token?: string;
}

/** PEM texts. */
export interface TlsFiles {
  /** Who signs the daemon's certificate; without it the public authorities that the runtime knows. */
  ca?: string;
  /** The client's certificate. */
  cert?: string;
  /** Its private key. */
  key?: string;
}

/** @throws PCH_OPTION_INVALID for a token that would leave this host without TLS */
export function checkClearToken({ text, connect }: Address): void {
  if ('host' in connect && isLoopback(connect.host)) return;
  throw new ClientError('PCH_OPTION_INVALID', `the token would be sent to ${text} in the clear`, {
    hint: 'use TLS: --tlsverify, POUCH_TLS_VERIFY=1 or an address with https://',
  });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}
