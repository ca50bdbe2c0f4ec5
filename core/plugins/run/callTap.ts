import type { Logger } from '../../../hooks/defineHook.ts';
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import { type Deadline, type DeadlineOptions, startDeadline } from '../../wait/deadline.ts';
import { untilAborted } from '../../wait/untilAborted.ts';
import type { PendingTap, PreparedTap } from '../tap.ts';
import { cancelled } from '../attribute.ts';
import { endingAt } from './callEnd.ts';
import { scopedLog } from './scopedLog.ts';
import type { TapNotes } from './TapNotes.ts';

/** What a tap's call needs of the operation that it runs in. */
export interface CallScope {
  readonly log: Logger;
  readonly signal?: AbortSignal | undefined;
  /** Holds the taps of the operation that run now. */
  readonly taps?: Set<PendingTap> | undefined;
  /** Taps add here what is to run if the plan is not carried out. */
  readonly abandoned?: (() => void)[] | undefined;
  /** Of the plan. */
  readonly warnings?: string[] | undefined;
}

/** What the attempts of one tap share. */
export interface TapScope extends CallScope {
  readonly notes: TapNotes;
}

/**
 * Calls a tap once: with its deadline, its AbortSignal and a log that names it. Whatever the tap does (throws at once,
 * returns no promise, computes past its deadline, never settles, rejects after its caller has given up), the outcome is
 * one settled promise.
 * @throws PCH_DEADLINE, PCH_CANCELLED, or what the tap threw
 */
export async function callTap(tap: PreparedTap, input: unknown, scope: TapScope): Promise<unknown> {
  if (scope.signal?.aborted) throw cancelled(scope.signal);
  const { plugin, hook } = tap;
  const log = scopedLog(scope.log, { plugin, hook }, (...line) => scope.notes.addLine(...line));
  const started = performance.now();
  const elapsed = () => performance.now() - started;
  let deadline: Deadline | undefined;
  // A tap that ends at once, as most do, needs none.
  const signal = () => (deadline ??= startDeadline(limitsOf(tap, scope, elapsed()))).signal;
  const context = {
    get signal() {
      return signal();
    },
    timeoutMs: tap.timeoutMs,
    log,
    ...(tap.part !== undefined && { part: tap.part }),
    onAbandoned: (run: () => void) => void scope.abandoned?.push(run),
    warn: (message: string) => void scope.warnings?.push(message),
  };
  try {
    const returned: unknown = endingAt(started + tap.timeoutMs, () => tap.run(input, context));
    const outcome = isThenable(returned) ? await untilLate(returned, signal(), log) : returned;
    checkInTime(tap, elapsed(), log);
    return outcome;
  } finally {
    deadline?.clear();
  }
}

function limitsOf(tap: PreparedTap, { signal }: CallScope, elapsedMs: number): DeadlineOptions {
  return {
    ms: Math.max(0, tap.timeoutMs - elapsedMs),
    late: () => tooLate(tap),
    signal,
    reasonOf: cancelled,
  };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

function untilLate(outcome: PromiseLike<unknown>, signal: AbortSignal, log: Logger): Promise<unknown> {
  const call = Promise.resolve(outcome);
  call.catch((error: unknown) => signal.aborted && logLateFailure(error, log));
  return untilAborted(call, signal);
}

function tooLate({ timeoutMs }: PreparedTap): PouchError {
  return new PouchError('PCH_DEADLINE', `the tap did not settle within ${timeoutMs} ms`, {
    hint: 'give the plugin a longer `timeout` in pouchd.yaml, or fix what it waits for',
  });
}

/**
 * While a tap computes no timer fires: only its end shows that it is late.
 * @throws PCH_DEADLINE
 */
function checkInTime({ timeoutMs }: PreparedTap, elapsedMs: number, log: Logger): void {
  if (elapsedMs <= timeoutMs) return;
  const ms = Math.round(elapsedMs);
  log.warn('a tap ended after its deadline: pouchd was blocked until then', {
    ms,
    deadlineMs: timeoutMs,
  });
  throw new PouchError('PCH_DEADLINE', `the tap ended after ${ms} ms; its deadline is ${timeoutMs} ms`, {
    hint: 'use asynchronous calls in the plugin, or give it a longer `timeout` in pouchd.yaml',
  });
}

/** The operation has continued without the tap, so its error is only logged. */
function logLateFailure(error: unknown, log: Logger): void {
  log.warn('the tap failed after its deadline', { error: messageOf(error) });
}
