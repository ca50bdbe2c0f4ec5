import { hasNoFilesLeft, messageOf, PouchError, toPouchError } from '../../hooks/errors.ts';

/** The plugin that failed, and the hook that it was called for. */
interface Owner {
  readonly plugin: string;
  readonly hook?: string;
  /** What failed, put before the message. */
  readonly what?: string;
}

/**
 * An error as one of a plugin. A coded error keeps its code, message, hint and container. Outside a hook it also
 * keeps the plugin that it names: one plugin may call another's runtime. A daemon that is out of file descriptors is
 * nobody's fault.
 */
export function attribute(error: unknown, owner: Owner): PouchError {
  if (hasNoFilesLeft(error)) return toPouchError(error);
  const known = error instanceof PouchError ? error : undefined;
  if (owner.hook === undefined && known?.plugin !== undefined) return known;
  const hook = owner.hook ?? known?.hook;
  const message = owner.what === undefined ? messageOf(error) : `${owner.what}: ${messageOf(error)}`;
  return new PouchError(known?.code ?? 'PCH_PLUGIN_FAILED', message, {
    plugin: owner.plugin,
    cause: error,
    ...(hook !== undefined && { hook }),
    ...(known?.hint !== undefined && { hint: known.hint }),
    ...(known?.field !== undefined && { field: known.field }),
    ...(known?.container !== undefined && { container: known.container }),
  });
}

/** The error of an operation that ended while a tap ran: not a failure of the tap. */
export function cancelled(signal: AbortSignal): PouchError {
  if (signal.reason instanceof PouchError) return signal.reason;
  return new PouchError('PCH_CANCELLED', 'the operation was cancelled', { cause: signal.reason });
}
