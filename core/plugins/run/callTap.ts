import type { Logger } from '../../../hooks/defineHook.ts';
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import { onAbort } from '../../wait/onAbort.ts';
import type { PreparedTap } from '../tap.ts';
import { cancelled } from './attribute.ts';
import { scopedLog } from './scopedLog.ts';

/** What a tap's call needs of the operation that it runs in. */
export interface CallScope {
  readonly log: Logger;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Calls a tap once: with its deadline, its AbortSignal and a log that names it. Whatever the tap does (throws at once,
 * answers no promise, never settles, rejects when nobody waits any more), the outcome is one settled promise.
 * @throws PCH_DEADLINE, PCH_CANCELLED, or what the tap threw
 */
export async function callTap(tap: PreparedTap, input: unknown, scope: CallScope): Promise<unknown> {
  if (scope.signal?.aborted) throw cancelled(scope.signal);
  const controller = new AbortController();
  const log = scopedLog(scope.log, { plugin: tap.plugin, hook: tap.hook });
  const limit = limitOf(tap, scope.signal, controller);
  const call = invoke(tap, input, { signal: controller.signal, log });
  try {
    return await Promise.race([call, limit.reached]);
  } catch (error) {
    if (controller.signal.aborted) logLateFailure(call, log);
    throw error;
  } finally {
    limit.clear();
  }
}

/** The async function makes a promise of every outcome. */
async function invoke(
  tap: PreparedTap,
  input: unknown,
  context: Parameters<PreparedTap['run']>[1],
): Promise<unknown> {
  return tap.run(input, context);
}

function limitOf(tap: PreparedTap, signal: AbortSignal | undefined, controller: AbortController) {
  const { promise: reached, reject } = rejectable();
  const end = (error: PouchError) => {
    reject(error);
    controller.abort(error);
  };
  const timer = setTimeout(() => end(deadline(tap)), tap.timeoutMs);
  const forget = onAbort(signal, () => signal && end(cancelled(signal)));
  const clear = () => {
    clearTimeout(timer);
    forget();
  };
  return { reached, clear };
}

function rejectable(): { promise: Promise<never>; reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<never>((_resolve, fail) => (reject = fail));
  return { promise, reject };
}

function deadline({ timeoutMs }: PreparedTap): PouchError {
  return new PouchError('PCH_DEADLINE', `the tap did not answer within ${timeoutMs} ms`, {
    hint: 'give the plugin a longer `timeout` in pouchd.yaml, or mend what it waits for',
  });
}

/** The operation has gone on without the tap; its error is only worth a line in the log. */
function logLateFailure(call: Promise<unknown>, log: Logger): void {
  call.catch((error: unknown) => log.warn('the tap failed after its deadline', { error: messageOf(error) }));
}
