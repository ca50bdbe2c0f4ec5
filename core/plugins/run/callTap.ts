import type { Logger } from '../../../hooks/defineHook.ts';
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import { withDeadline } from '../../wait/deadline.ts';
import { linkedAbort } from '../../wait/linkedAbort.ts';
import { untilAborted } from '../../wait/untilAborted.ts';
import type { PreparedTap } from '../tap.ts';
import { cancelled } from '../attribute.ts';
import { scopedLog } from './scopedLog.ts';

/** What a tap's call needs of the operation that it runs in. */
export interface CallScope {
  readonly log: Logger;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Calls a tap once: with its deadline, its AbortSignal and a log that names it. Whatever the tap does (throws at once,
 * returns no promise, never settles, rejects after its caller has given up), the outcome is one settled promise.
 * @throws PCH_DEADLINE, PCH_CANCELLED, or what the tap threw
 */
export async function callTap(tap: PreparedTap, input: unknown, scope: CallScope): Promise<unknown> {
  if (scope.signal?.aborted) throw cancelled(scope.signal);
  const operation = linkedAbort(scope.signal, cancelled);
  const log = scopedLog(scope.log, { plugin: tap.plugin, hook: tap.hook });
  const limits = { ms: tap.timeoutMs, late: () => tooLate(tap), signal: operation.controller.signal };
  try {
    return await withDeadline(limits, (signal) => {
      const call = invoke(tap, input, { signal, log });
      call.catch((error: unknown) => signal.aborted && logLateFailure(error, log));
      return untilAborted(call, signal);
    });
  } finally {
    operation.unlink();
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

function tooLate({ timeoutMs }: PreparedTap): PouchError {
  return new PouchError('PCH_DEADLINE', `the tap did not settle within ${timeoutMs} ms`, {
    hint: 'give the plugin a longer `timeout` in pouchd.yaml, or fix what it waits for',
  });
}

/** The operation has continued without the tap, so its error is only logged. */
function logLateFailure(error: unknown, log: Logger): void {
  log.warn('the tap failed after its deadline', { error: messageOf(error) });
}
