/** Node's servers with the limits of this API, in the clear or with TLS. */
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import type { TlsCredentials } from './credentials.ts';
import {
  CONNECTION_CHECK_INTERVAL,
  HANDSHAKE_TIMEOUT,
  HEADERS_TIMEOUT,
  KEEP_ALIVE_TIMEOUT,
  MAX_HEADER_BYTES,
  MAX_HEADERS,
} from './limits.ts';
import { explainPlainHttp } from './plainHttp.ts';

const httpOptions = {
  maxHeaderSize: MAX_HEADER_BYTES,
  headersTimeout: HEADERS_TIMEOUT,
  keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
  connectionsCheckingInterval: CONNECTION_CHECK_INTERVAL,
  // Loads and attached stdin take as long as they take; JSON bodies have a deadline of their own.
  requestTimeout: 0,
  // Node would refuse it without a body. On a Unix socket it means nothing; the guard refuses it on TCP.
  requireHostHeader: false,
};

export function createHttpServer(tls: TlsCredentials | undefined): Server {
  const server = tls ? tlsServer(tls) : createServer(httpOptions);
  server.maxHeadersCount = MAX_HEADERS;
  server.on('clientError', refuseMalformed);
  return server;
}

function tlsServer({ cert, key, ca }: TlsCredentials): Server {
  const server = createTlsServer({
    ...httpOptions,
    cert,
    key,
    // Never requestCert without rejectUnauthorized: a session that a client without a certificate resumes counts as
    // authorized (VerifyPeerCertificate in Node's src/crypto/crypto_common.cc).
    ...(ca !== undefined && { ca, requestCert: true, rejectUnauthorized: true }),
    minVersion: 'TLSv1.2',
    handshakeTimeout: HANDSHAKE_TIMEOUT,
    // As Node's HTTP server has it: the end of an attached stdin is not the end of the output.
    allowHalfOpen: true,
    noDelay: true,
  });
  explainPlainHttp(server, refusal('400 Bad Request', wantsTls));
  return server;
}

const wantsTls = {
  message: 'client sent an HTTP request to an HTTPS server: this address of pouchd wants TLS',
  code: 'PCH_BAD_REQUEST',
  hint: 'pouch: --tlsverify or POUCH_TLS_VERIFY=1; docker: --tlsverify',
};

/** What is not HTTP at all, or has too large headers. A TLS handshake that failed has sent its own alert. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  const isHttp = /^(HPE|ERR_HTTP)_/.test(error.code ?? '');
  if (!isHttp || !socket.writable) return void socket.destroy();
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
  const body = {
    message: `malformed HTTP request: ${error.message}`,
    code: 'PCH_BAD_REQUEST',
    hint: 'speak HTTP/1.1, with headers of at most 64 KiB together',
  };
  socket.end(refusal(status, body));
}

/** A whole response, for a connection without a request. */
function refusal(status: string, body: object): string {
  const json = JSON.stringify(body);
  return (
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nConnection: close\r\n` +
    `Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`
  );
}
