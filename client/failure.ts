import type { Address } from './address.ts';
import { ClientError } from './errors.ts';
import type { TlsFiles } from './security.ts';

/** What the operating system says when nobody listens, and why that is. */
const reasons: Record<string, string> = {
  ENOENT: 'the socket does not exist',
  ECONNREFUSED: 'nobody listens there',
  FailedToOpenSocket: 'nobody listens there',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOTSOCK: 'it is no socket',
  ETIMEDOUT: 'no answer',
  EHOSTUNREACH: 'no route to the host',
  ENOTFOUND: 'the host name is unknown',
};

const acceptedCertificate =
  'use a certificate for clients (clientAuth) that the CA in `listen[].tls.ca` of its pouchd.yaml has signed';

/** What a TLS connection fails with before anything is sent on it, in the words of Node and of Bun, and what to do. */
const tlsFailures: { pattern: RegExp; reason: string; hint: string }[] = [
  {
    pattern: /SELF_SIGNED_CERT|UNABLE_TO_(VERIFY|GET)|CERT_SIGNATURE_FAILURE|CERT_UNTRUSTED/,
    reason: 'its certificate is not signed by an authority that is trusted here',
    hint: 'name the CA of the daemon: --tlscacert FILE, or ca.pem in POUCH_CERT_PATH',
  },
  {
    pattern: /ERR_TLS_CERT_ALTNAME_INVALID/,
    reason: 'its certificate is for another host',
    hint: 'use a name or address that is in the certificate (subjectAltName), or create one for this address',
  },
  {
    pattern: /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/,
    reason: 'its certificate is not valid at this time',
    hint: 'check the clocks of both hosts, or renew the certificate of the daemon',
  },
  {
    pattern: /CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|alert handshake failure/i,
    reason: 'it wants a client certificate',
    hint: 'name yours: --tlscert FILE --tlskey FILE, or cert.pem and key.pem in POUCH_CERT_PATH',
  },
  {
    pattern:
      /UNKNOWN_CA|alert unknown ca|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_(UNKNOWN|EXPIRED|REVOKED)/i,
    reason: 'it does not accept the client certificate',
    hint: acceptedCertificate,
  },
  {
    pattern: /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/i,
    reason: 'it does not use TLS',
    hint: 'leave out --tlsverify and POUCH_TLS_VERIFY, or name the address of its TLS listener',
  },
];

/** Names the failure of a connection: not there, gone in the middle of a call, or aborted by the caller. */
export function connectionFailure(error: Error, address: Address, signal?: AbortSignal): ClientError {
  if (signal?.aborted) return new ClientError('PCH_CANCELLED', 'the call was aborted', { cause: error });
  const { code = '' } = error as NodeJS.ErrnoException;
  const tls = tlsFailures.find(({ pattern }) => pattern.test(`${code} ${error.message}`));
  if (tls) return unreachable(tls.reason, tls.hint, error, address);
  const reason = reasons[code];
  return reason === undefined ? lost(error, address) : unreachable(reason, hintFor(reason), error, address);
}

/**
 * Names the failure of a call that got no response. A Node server closes the connection without a word when it does not
 * accept a client certificate.
 */
export function callFailure(
  error: Error,
  address: Address,
  tls?: TlsFiles,
  signal?: AbortSignal,
): ClientError {
  const wasClosed = (error as NodeJS.ErrnoException).code === 'ECONNRESET' && !signal?.aborted;
  if (!wasClosed || tls?.cert === undefined) return connectionFailure(error, address, signal);
  const reason = 'it closed the connection, as it does when it does not accept the client certificate';
  return unreachable(reason, acceptedCertificate, error, address);
}

function hintFor(reason: string): string {
  return reason === 'permission denied'
    ? 'run this as root or as a member of the group that owns the socket'
    : 'start it with `systemctl start pouchd` or `pouchd --config /etc/pouch/pouchd.yaml`, or name its address with -H or POUCH_HOST';
}

function unreachable(reason: string, hint: string, cause: Error, address: Address): ClientError {
  return new ClientError('PCH_DAEMON_UNREACHABLE', `cannot reach pouchd at ${address.text}: ${reason}`, {
    hint,
    cause,
  });
}

function lost(cause: Error, address: Address): ClientError {
  return new ClientError(
    'PCH_DAEMON_LOST',
    `the connection to pouchd at ${address.text} broke: ${cause.message}`,
    {
      hint: 'containers go on running without the daemon; see its log for why it ended',
      cause,
    },
  );
}
