import type { Address } from './address.ts';
import { ClientError } from './errors.ts';

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

/** Names the failure of a connection: not there, gone in the middle of a call, or aborted by the caller. */
export function connectionFailure(error: Error, address: Address, signal?: AbortSignal): ClientError {
  if (signal?.aborted) return new ClientError('PCH_CANCELLED', 'the call was aborted', { cause: error });
  const reason = reasons[(error as NodeJS.ErrnoException).code ?? ''];
  return reason === undefined ? lost(error, address) : unreachable(reason, error, address);
}

function unreachable(reason: string, cause: Error, address: Address): ClientError {
  const hint =
    reason === 'permission denied'
      ? 'run this as root or as a member of the group that owns the socket'
      : 'start it with `systemctl start pouchd` or `pouchd --config /etc/pouch/pouchd.yaml`, or name its address with -H or POUCH_HOST';
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
