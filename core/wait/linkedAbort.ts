import { onAbort } from './onAbort.ts';

/** An AbortController that also aborts with another signal. */
export interface LinkedAbort {
  controller: AbortController;
  /** Forgets the other signal, which may live on. */
  unlink(): void;
}

/** AbortSignal.any leaks with a long-lived source and, in some versions, loses an abort (nodejs/node issues 64476, 65995). */
export function linkedAbort(parent: AbortSignal | undefined): LinkedAbort {
  const controller = new AbortController();
  const abort = () => controller.abort(parent?.reason);
  if (parent?.aborted) abort();
  return { controller, unlink: onAbort(parent, abort) };
}
