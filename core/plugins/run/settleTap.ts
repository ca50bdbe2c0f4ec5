import { setTimeout as delay } from 'node:timers/promises';
import type { FailurePolicy } from '../../../hooks/defineHook.ts';
import type { ErrorCode, PouchError } from '../../../hooks/errors.ts';
import type { Degradation } from '../../../hooks/plan.ts';
import type { PreparedTap } from '../tap.ts';
import { labelOf } from '../tap.ts';
import { attribute, cancelled } from '../attribute.ts';
import type { Breaker } from './CircuitBreaker.ts';
import type { CallScope, TapScope } from './callTap.ts';
import type { TapFigures } from './TapFigures.ts';
import { TapNotes } from './TapNotes.ts';

/** One call of one tap, for tracing. */
export interface TapTrace {
  readonly hook: string;
  readonly plugin: string;
  readonly tap: string;
  /** By performance.now(). */
  readonly began: number;
  /** All attempts together. */
  readonly ms: number;
  readonly attempts: number;
  /** `open`: not called, its circuit breaker is open. */
  readonly outcome: 'ok' | 'failed' | 'skipped' | 'degraded' | 'open';
  /** Why it failed; missing for `ok` and `open`. */
  readonly error?: string;
  /** What it logged, and what it changed in the draft of a plan hook. */
  readonly notes: TapNotes;
}

/** What came of a tap that did not fail the operation. */
export type Settled<T> = { ok: true; value: T; ms: number } | { ok: false; degraded?: Degradation };

export interface TapGuard {
  readonly breaker: Breaker;
  readonly figures: TapFigures;
  readonly trace: (trace: TapTrace) => void;
}

/**
 * Runs the attempts of one tap under its failure policy.
 * @throws the tap's error with plugin and hook, when the policy is that the operation fails
 */
export async function settleTap<T>(
  tap: PreparedTap,
  scope: CallScope,
  guard: TapGuard,
  attempt: (scope: TapScope) => Promise<T>,
): Promise<Settled<T>> {
  const began = performance.now();
  const notes = new TapNotes();
  const note = (outcome: TapTrace['outcome'], attempts: number, error?: PouchError) => {
    const ms = round(performance.now() - began);
    const failure = error && { error: error.message };
    const trace = {
      hook: tap.hook,
      plugin: tap.plugin,
      tap: labelOf(tap),
      ms,
      attempts,
      outcome,
      ...failure,
    };
    if (attempts > 0) guard.figures.add(ms, error?.message);
    else guard.figures.leftOut += 1;
    guard.trace({ ...trace, began, notes });
    scope.log.debug('a tap was called', trace);
    return ms;
  };
  const wait = guard.breaker.wait();
  if (wait > 0) return leaveOut(tap, openMessage(wait, guard.breaker), () => note('open', 0));
  const pending = { tap, since: began };
  scope.taps?.add(pending);
  const tried = await tryAttempts(tap, { ...scope, notes }, attempt).finally(() =>
    scope.taps?.delete(pending),
  );
  if (!('error' in tried)) {
    if (guard.breaker.succeeded()) scope.log.info('the plugin works again', fieldsOf(tap));
    return { ok: true, value: tried.value, ms: note('ok', tried.attempts) };
  }
  if (scope.signal?.aborted || !isOptional(tap.onError)) {
    note('failed', tried.attempts, tried.error);
    throw scope.signal?.aborted ? cancelled(scope.signal) : tried.error;
  }
  logFailure(tap, scope, guard.breaker, tried.error);
  return leaveOut(tap, tried.error.message, () =>
    note(tap.onError === 'skip' ? 'skipped' : 'degraded', tried.attempts, tried.error),
  );
}

type Tried<T> = { value: T; attempts: number } | { error: PouchError; attempts: number };

async function tryAttempts<T>(
  tap: PreparedTap,
  scope: TapScope,
  attempt: (scope: TapScope) => Promise<T>,
): Promise<Tried<T>> {
  const most = typeof tap.onError === 'object' ? tap.onError.retry + 1 : 1;
  for (let attempts = 1; ; attempts++) {
    try {
      return { value: await attempt(scope), attempts };
    } catch (cause) {
      const error = attribute(cause, tap);
      if (attempts === most || scope.signal?.aborted || !mayHelp(error)) return { error, attempts };
      scope.log.warn('the plugin failed and is tried again', {
        ...fieldsOf(tap),
        attempt: attempts,
        error: error.message,
      });
      await pause(attempts, scope.signal);
    }
  }
}

const brokenRules: readonly ErrorCode[] = [
  'PCH_PLUGIN_CONFLICT',
  'PCH_PLUGIN_CONTRACT',
  'PCH_PLUGIN_RESERVED',
];

/** A broken rule stays broken however often the tap runs. */
function mayHelp({ code }: PouchError): boolean {
  return !brokenRules.includes(code);
}

/** 100 ms, 200 ms, 400 ms, at most 1 s; shorter if the operation ends. */
async function pause(attempts: number, signal: AbortSignal | undefined): Promise<void> {
  const ms = Math.min(1_000, 100 * 2 ** (attempts - 1));
  await delay(ms, undefined, signal ? { signal } : {}).catch(() => undefined);
}

export function isOptional(policy: FailurePolicy): boolean {
  return policy === 'skip' || policy === 'degrade';
}

function leaveOut(tap: PreparedTap, message: string, note: () => void): Settled<never> {
  note();
  if (tap.onError === 'skip') return { ok: false };
  return { ok: false, degraded: { plugin: tap.plugin, hook: tap.hook, message } };
}

function openMessage(wait: number, { lastFailure }: Breaker): string {
  const seconds = Math.ceil(wait / 1000);
  return `not called: it has failed too often in a row and is tried again in ${seconds} s; last error: ${lastFailure}`;
}

function logFailure(tap: PreparedTap, { log }: CallScope, breaker: Breaker, error: PouchError): void {
  const fields = { ...fieldsOf(tap), code: error.code, error: error.message };
  log.warn(`the plugin failed and was left out (onError: ${String(tap.onError)})`, fields);
  if (breaker.failed(error.message))
    log.warn('the plugin keeps failing and is not called for some time', fields);
}

function fieldsOf(tap: PreparedTap): Record<string, unknown> {
  return { plugin: tap.plugin, hook: tap.hook, tap: labelOf(tap) };
}

/** Microseconds are precise enough. */
function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
