/** Creates Node's servers with the limits of this API, with or without TLS. */
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import type { TlsCredentials } from './credentials.ts';
import {
  connectionCheckInterval,
  handshakeTimeoutMs,
  headersTimeoutMs,
  keepAliveTimeoutMs,
  maxHeaderBytes,
  maxHeaders,
} from './limits.ts';
import { explainPlainHttp } from './plainHttp.ts';
import { PlainRequest } from './rawBody.ts';

const httpOptions = {
  maxHeaderSize: maxHeaderBytes,
  headersTimeout: headersTimeoutMs,
  keepAliveTimeout: keepAliveTimeoutMs,
  connectionsCheckingInterval: connectionCheckInterval,
  // Image loads and attached stdin have no deadline; JSON bodies have their own (BODY_TIMEOUT).
  requestTimeout: 0,
  // Node would refuse a request without a Host header, with no body. It has no meaning on a Unix socket; the guard
  // refuses it on TCP.
  requireHostHeader: false,
};

export function createHttpServer(tls: TlsCredentials | undefined): Server {
  const server = tls ? tlsServer(tls) : createServer({ ...httpOptions, IncomingMessage: PlainRequest });
  server.maxHeadersCount = maxHeaders;
  server.on('clientError', refuseMalformed);
  return server;
}

function tlsServer({ cert, key, ca }: TlsCredentials): Server {
  const server = createTlsServer({
    ...httpOptions,
    cert,
    key,
    // Never requestCert without rejectUnauthorized: Node treats a resumed session of a client without a certificate as
    // authorized (VerifyPeerCertificate in Node's src/crypto/crypto_common.cc).
    ...(ca !== undefined && { ca, requestCert: true, rejectUnauthorized: true }),
    minVersion: 'TLSv1.2',
    handshakeTimeout: handshakeTimeoutMs,
    // As in Node's HTTP server: output continues after an attached stdin ends.
    allowHalfOpen: true,
    noDelay: true,
  });
  explainPlainHttp(server, refusal('400 Bad Request', wantsTls));
  return server;
}

const wantsTls = {
  message: 'client sent an HTTP request to an HTTPS server: this address of pouchd requires TLS',
  code: 'PCH_BAD_REQUEST',
  hint: 'pouch: --tlsverify or POUCH_TLS_VERIFY=1; docker: --tlsverify',
};

/** Handles malformed HTTP and too large headers. After a failed TLS handshake TLS itself has sent an alert. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  const isHttp = /^(HPE|ERR_HTTP)_/.test(error.code ?? '');
  if (!isHttp || !socket.writable) return void socket.destroy();
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
  const body = {
    message: `malformed HTTP request: ${error.message}`,
    code: 'PCH_BAD_REQUEST',
    hint: 'use HTTP/1.1 with at most 64 KiB of headers in total',
  };
  socket.end(refusal(status, body));
}

/** Returns a complete response, for a connection without a request. */
function refusal(status: string, body: object): string {
  const json = JSON.stringify(body);
  return (
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nConnection: close\r\n` +
    `Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`
  );
}
