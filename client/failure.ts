import type { Address } from './address.ts';
import { ClientError } from './errors.ts';
import type { TlsFiles } from './security.ts';
import { SshFailure } from './SshConnection.ts';

/** Reasons for a refused connection, by the code of the operating system or of Bun. */
const reasons: Record<string, string> = {
  ENOENT: 'the socket does not exist',
  ECONNREFUSED: 'nothing is listening there',
  FailedToOpenSocket: 'nothing is listening there',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOTSOCK: 'it is not a socket',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'no route to the host',
  ENOTFOUND: 'the host name is unknown',
};

const acceptedCertificate =
  'use a client certificate (clientAuth) signed by the CA in `listen[].tls.ca` of its pouchd.yaml';

/** Failures of a TLS handshake, matched by the codes and messages of Node and of Bun. */
const tlsFailures: { pattern: RegExp; reason: string; hint: string }[] = [
  {
    pattern: /SELF_SIGNED_CERT|UNABLE_TO_(VERIFY|GET)|CERT_SIGNATURE_FAILURE|CERT_UNTRUSTED/,
    reason: 'its certificate is signed by an unknown authority',
    hint: "pass the daemon's CA: --tlscacert FILE, or ca.pem in POUCH_CERT_PATH",
  },
  {
    pattern: /ERR_TLS_CERT_ALTNAME_INVALID/,
    reason: 'its certificate is for another host',
    hint: 'use a name or address from the certificate (subjectAltName), or create a certificate for this address',
  },
  {
    pattern: /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/,
    reason: 'its certificate has expired or is not yet valid',
    hint: "check the clocks of both hosts, or renew the daemon's certificate",
  },
  {
    pattern: /CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|alert handshake failure/i,
    reason: 'it requires a client certificate',
    hint: 'pass yours: --tlscert FILE --tlskey FILE, or cert.pem and key.pem in POUCH_CERT_PATH',
  },
  {
    pattern:
      /UNKNOWN_CA|alert unknown ca|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_(UNKNOWN|EXPIRED|REVOKED)/i,
    reason: 'it rejected the client certificate',
    hint: acceptedCertificate,
  },
  {
    pattern: /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/i,
    reason: 'it does not use TLS',
    hint: 'omit --tlsverify and POUCH_TLS_VERIFY, or use the address of its TLS listener',
  },
];

const sshHint =
  'check that `ssh HOST pouch version` works without a password, as a user who may use the socket of pouchd';

/** A shell that greets, or refuses, prints it in the place of a response. */
const noHttp = 'the host prints something else than a response: its shell must be silent';

/** Returns the error for a failed connection: refused, broken during a call, or aborted by the caller. */
export function connectionFailure(error: Error, address: Address, signal?: AbortSignal): ClientError {
  if (signal?.aborted) return new ClientError('PCH_CANCELLED', 'the call was aborted', { cause: error });
  const { code = '' } = error as NodeJS.ErrnoException;
  const tls = tlsFailures.find(({ pattern }) => pattern.test(`${code} ${error.message}`));
  if (tls) return unreachable(tls.reason, tls.hint, error, address);
  if (error instanceof SshFailure) return unreachable(error.message, sshHint, error, address);
  if ('ssh' in address.connect && code.startsWith('HPE_'))
    return unreachable(noHttp, sshHint, error, address);
  const reason = reasons[code];
  return reason === undefined ? lost(error, address) : unreachable(reason, hintFor(reason), error, address);
}

/**
 * Returns the error for a call that got no response. A Node server closes the connection without a TLS alert when it
 * rejects a client certificate.
 */
export function callFailure(
  error: Error,
  address: Address,
  tls?: TlsFiles,
  signal?: AbortSignal,
): ClientError {
  const wasClosed = (error as NodeJS.ErrnoException).code === 'ECONNRESET' && !signal?.aborted;
  if (!wasClosed || tls?.cert === undefined) return connectionFailure(error, address, signal);
  const reason = 'it closed the connection, probably because it rejected the client certificate';
  return unreachable(reason, acceptedCertificate, error, address);
}

function hintFor(reason: string): string {
  return reason === 'permission denied'
    ? 'run this as root or as a member of the group that owns the socket'
    : 'start it with `systemctl start pouchd` or `pouchd --config /etc/pouch/pouchd.yaml`, or set its address with -H or POUCH_HOST';
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
      hint: "containers keep running without the daemon; see the daemon's log for the cause",
      cause,
    },
  );
}
