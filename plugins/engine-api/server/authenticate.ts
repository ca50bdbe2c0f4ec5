/** Checks the token of requests to a TCP address; TLS checks client certificates before any request. */
import { type PeerCertificate, TLSSocket } from 'node:tls';
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PouchError } from '../../../hooks/index.ts';
import { otherClient } from '../http/clientKind.ts';
import { errorBody, sendError } from '../http/errorReply.ts';

/** @throws PCH_UNAUTHORIZED */
export type Authenticate = (request: IncomingMessage) => void;

export function requireToken(token: string): Authenticate {
  const expected = digest(token);
  return ({ headers }) => {
    const found = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
    if (found === undefined) throw unauthorized('expected the token of this daemon, found no token');
    // Digests have equal length, as timingSafeEqual requires.
    if (!timingSafeEqual(digest(found), expected))
      throw unauthorized('expected the token of this daemon, found a different token');
  };
}

/** TLS has checked that one of the CAs signed the certificate. */
export function requireName(names: readonly string[]): Authenticate {
  return ({ socket }) => {
    const found = socket instanceof TLSSocket ? namesOf(socket.getPeerCertificate()) : [];
    if (found.some((name) => names.includes(name))) return;
    throw new PouchError(
      'PCH_CLIENT_NOT_ALLOWED',
      `expected a certificate with a name that this address allows, found ${found.join(', ') || 'none'}`,
      { hint: 'tls.names of the address in pouchd.yaml has the names' },
    );
  };
}

/** `DNS:ops.example, IP Address:10.0.0.1`; a name that has a comma is quoted, and is not allowed in the setting. */
function namesOf({ subject, subjectaltname }: Partial<PeerCertificate>): string[] {
  const others = (subjectaltname ?? '').split(', ').map((entry) => entry.replace(/^(DNS|IP Address):/, ''));
  return [String(subject?.CN ?? ''), ...others].filter((name) => name !== '');
}

/** Names what is missing and discloses nothing about the daemon. */
export function sendUnauthorized(response: ServerResponse, error: PouchError): void {
  response.setHeader('WWW-Authenticate', 'Bearer realm="pouchd"');
  response.setHeader('Connection', 'close');
  sendError(response, error.status, errorBody(error, otherClient, ''));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function unauthorized(message: string): PouchError {
  return new PouchError('PCH_UNAUTHORIZED', message, {
    hint: 'pouch: POUCH_TOKEN_FILE or --token-file; docker: "HttpHeaders": {"Authorization": "Bearer TOKEN"} in its config.json',
  });
}
