import { type ServiceError, status } from '@grpc/grpc-js';
import { type ErrorCode, type ErrorDetails, PouchError } from '../../../hooks/errors.ts';

const codes: Partial<Record<status, ErrorCode>> = {
  [status.ALREADY_EXISTS]: 'PCH_CONTAINERD_ALREADY_EXISTS',
  [status.ABORTED]: 'PCH_CONTAINERD_PRECONDITION',
  [status.CANCELLED]: 'PCH_CANCELLED',
  [status.DEADLINE_EXCEEDED]: 'PCH_DEADLINE',
  [status.FAILED_PRECONDITION]: 'PCH_CONTAINERD_PRECONDITION',
  [status.INVALID_ARGUMENT]: 'PCH_CONTAINERD_INVALID',
  [status.NOT_FOUND]: 'PCH_CONTAINERD_NOT_FOUND',
  [status.OUT_OF_RANGE]: 'PCH_CONTAINERD_INVALID',
  [status.UNAVAILABLE]: 'PCH_CONTAINERD_UNAVAILABLE',
  [status.UNIMPLEMENTED]: 'PCH_CONTAINERD_UNSUPPORTED',
};

const hints: Partial<Record<ErrorCode, string>> = {
  PCH_CONTAINERD_UNAVAILABLE:
    'check that containerd runs and that its socket is the configured one, then try again',
  PCH_CONTAINERD_UNSUPPORTED: 'use containerd 1.6 or later, with the plugin that serves this call enabled',
  PCH_DEADLINE: 'containerd or the runtime is overloaded or stuck; see the log of containerd',
};

/**
 * Converts a gRPC failure of containerd to a PouchError, whose cause has the gRPC status. `path` is the path of the
 * method.
 */
export function rpcError(error: ServiceError, path: string): PouchError {
  const code = isLate(error) ? 'PCH_DEADLINE' : (codes[error.code] ?? 'PCH_CONTAINERD_FAILED');
  const hint = hints[code];
  const details: ErrorDetails = hint === undefined ? { cause: error } : { cause: error, hint };
  return new PouchError(code, `containerd ${shortName(path)}: ${error.details}`, details);
}

/** A deadline that containerd sees before this end does: what a shim returns then has no status of its own. */
function isLate({ code, details }: ServiceError): boolean {
  return code === status.UNKNOWN && /context deadline exceeded(: unknown)?$/.test(details);
}

/** Returns the error of a call that its signal ended: the reason if it is a PouchError, else PCH_CANCELLED. */
export function abortError(signal: AbortSignal, path: string): PouchError {
  if (signal.reason instanceof PouchError) return signal.reason;
  return new PouchError('PCH_CANCELLED', `containerd ${shortName(path)}: the caller cancelled the call`, {
    cause: signal.reason,
  });
}

/** Returns the same error as for a call that the server did not complete by its deadline. */
export function deadlineError(path: string): PouchError {
  return new PouchError('PCH_DEADLINE', `containerd ${shortName(path)}: no response before the deadline`, {
    hint: hints.PCH_DEADLINE!,
  });
}

/** "/containerd.services.images.v1.Images/Get" becomes "Images.Get". */
function shortName(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1).replace('/', '.');
}
