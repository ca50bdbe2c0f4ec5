/** Deadlines. Times are milliseconds; Infinity, or more than 24 days, means without a deadline. */
import { Deferred } from './Deferred.ts';
import { linkedAbort } from './linkedAbort.ts';

export interface DeadlineOptions {
  ms: number;
  /** Creates the error of work that is late. */
  late: () => Error;
  /** Aborts the work too, with its own reason. */
  signal?: AbortSignal | undefined;
  /** The reason of that abort, instead of the signal's own. */
  reasonOf?: ((signal: AbortSignal) => unknown) | undefined;
}

export interface Deadline {
  /** Aborts with the error of `late` when the deadline passes, or with the signal of the options. */
  signal: AbortSignal;
  /** Ends the deadline, and the link to the signal of the options. */
  clear(): void;
}

/** For work that heeds an abort by itself; others use {@link withDeadline}. */
export function startDeadline({ ms, late, signal, reasonOf }: DeadlineOptions): Deadline {
  const { controller, unlink } = linkedAbort(signal, reasonOf);
  const cancel = callAfter(ms, () => controller.abort(late()));
  const clear = () => {
    cancel();
    unlink();
  };
  return { signal: controller.signal, clear };
}

/**
 * Resolves to the outcome of `work`, whose signal aborts as {@link Deadline} says. An outcome after the deadline is
 * dropped.
 * @throws the error of `late` once the deadline has passed, whether `work` heeds the abort or not
 */
export async function withDeadline<T>(
  options: DeadlineOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const passed = new Deferred<never>();
  const late = () => {
    const error = options.late();
    passed.reject(error);
    return error;
  };
  const deadline = startDeadline({ ...options, late });
  try {
    return await Promise.race([work(deadline.signal), passed.promise]);
  } finally {
    deadline.clear();
  }
}

/** Resolves to whether `event` fulfills in time. @throws the reason if it rejects in time */
export async function happensWithin(event: Promise<unknown>, ms: number): Promise<boolean> {
  const passed = new Deferred<false>();
  const cancel = callAfter(ms, () => passed.resolve(false));
  try {
    return await Promise.race([event.then(() => true), passed.promise]);
  } finally {
    cancel();
  }
}

/** Milliseconds, 24 days: setTimeout calls back at once if it is given more. */
const longestTimerMs = 2 ** 31 - 1;

function callAfter(ms: number, callback: () => void): () => void {
  if (ms > longestTimerMs) return () => undefined;
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}
