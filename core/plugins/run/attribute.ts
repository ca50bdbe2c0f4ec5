import { hasNoFilesLeft, messageOf, PouchError, toPouchError } from '../../../hooks/errors.ts';
import type { PreparedTap } from '../tap.ts';

/**
 * Any error of a tap as one that says whose it is. An error with a code keeps it, with its message and hint. A daemon that
 * has no file descriptors left is nobody's fault.
 */
export function attribute(error: unknown, tap: PreparedTap): PouchError {
  if (hasNoFilesLeft(error)) return toPouchError(error);
  const known = error instanceof PouchError ? error : undefined;
  return new PouchError(known?.code ?? 'PCH_PLUGIN_FAILED', messageOf(error), {
    plugin: tap.plugin,
    hook: tap.hook,
    cause: error,
    ...(known?.hint === undefined ? {} : { hint: known.hint }),
    ...(known?.container === undefined ? {} : { container: known.container }),
  });
}

/** The operation's own end, which is no fault of the tap that it met. */
export function cancelled(signal: AbortSignal): PouchError {
  if (signal.reason instanceof PouchError) return signal.reason;
  return new PouchError('PCH_CANCELLED', 'the operation was cancelled', { cause: signal.reason });
}
