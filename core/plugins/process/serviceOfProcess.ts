import { PouchError } from '../../../hooks/errors.ts';
import { longestLine, type DeclaredService } from '../../../hooks/processProtocol.ts';
import { withDeadline } from '../../wait/deadline.ts';
import { clone } from '../draft/clone.ts';
import { isPlainData, plainDataHint } from '../draft/plainData.ts';
import { endingAt, msWithinCall } from '../run/callEnd.ts';
import type { PluginCalls } from './PluginCalls.ts';
import { accepted } from './tapOfProcess.ts';

/** Milliseconds of a call of a method without a deadline of its own. */
const standardMs = 10_000;

/** A service whose methods are in the process of its plugin. They return promises of data. */
export function serviceOfProcess(
  { service, methods = [], deadlinesMs = {} }: DeclaredService,
  calls: PluginCalls,
): object {
  const call = async (method: string, given: readonly unknown[]): Promise<unknown> => {
    const args = plainArguments(given);
    const timeoutMs = msWithinCall(deadlinesMs[method] ?? standardMs);
    const request = { type: 'service', service, method, deadlineMs: timeoutMs, args } as const;
    return await withDeadline({ ms: timeoutMs, late: () => late(timeoutMs) }, async (signal) => {
      // It may have done something: its caller decides about another.
      const options = { timeoutMs, signal, isOnce: true, isAfterOverdue: true };
      const end = performance.now() + timeoutMs;
      const reply = await endingAt(end, () => calls.call(request, options));
      return accepted(reply).result ?? undefined;
    });
  };
  const own = methods.map((method) => [method, (...args: unknown[]) => call(method, args)] as const);
  return Object.freeze(Object.fromEntries(own));
}

/** @throws PCH_PLUGIN_CONTRACT for what JSON does not hold, or for too much */
function plainArguments(given: readonly unknown[]): unknown[] {
  const args = given.map((one) => (one === undefined ? null : clone(one)));
  while (args.length > 0 && given[args.length - 1] === undefined) args.pop();
  if (!args.every(isPlainData)) throw refused('expected arguments that are plain data', plainDataHint);
  if (JSON.stringify(args).length <= longestLine) return args;
  throw refused(`expected arguments of at most ${longestLine / 2 ** 20} MiB`, 'pass the path of a file');
}

function refused(message: string, hint: string): PouchError {
  return new PouchError('PCH_PLUGIN_CONTRACT', message, { hint });
}

function late(ms: number): PouchError {
  return new PouchError('PCH_DEADLINE', `its process did not reply within ${ms} ms`, {
    hint: 'find out what the plugin that provides the service waits for, or have it give the method a longer `deadlinesMs`; a call has less where its caller has less',
  });
}
