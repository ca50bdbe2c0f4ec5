import { onAbort } from './onAbort.ts';

/** An AbortController that also aborts with another signal. */
export interface LinkedAbort {
  controller: AbortController;
  /** Removes the listener from the other signal, which may outlive this controller. */
  unlink(): void;
}

/**
 * Links a new controller to `parent`; `reasonOf` gives the reason of its abort, by default the parent's.
 * AbortSignal.any leaks with a long-lived source and, in some versions, loses an abort (nodejs/node issues 64476,
 * 65995).
 */
export function linkedAbort(
  parent: AbortSignal | undefined,
  reasonOf: (parent: AbortSignal) => unknown = ({ reason }) => reason as unknown,
): LinkedAbort {
  const controller = new AbortController();
  const abort = () => controller.abort(parent && reasonOf(parent));
  if (parent?.aborted) abort();
  return { controller, unlink: onAbort(parent, abort) };
}
