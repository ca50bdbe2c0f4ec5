import type { Route, RouteReply } from '../../../hooks/contributions/route.ts';
import type { DeclaredRoute } from '../../../hooks/processProtocol.ts';
import { routeDeadlineMs } from '../../contract/driverDeadlines.ts';
import { untilAborted } from '../../wait/untilAborted.ts';
import type { PluginCalls } from './PluginCalls.ts';
import { resultOf } from './resultOf.ts';
import { callerOf } from './tapOfProcess.ts';

/** A route whose function is in the process of its plugin. What it returns is checked where it is used. */
export function routeOfProcess(declared: DeclaredRoute, calls: PluginCalls): Route {
  const { method, path } = declared;
  // HTTP has it so: a GET may be repeated, others may have changed something.
  const isOnce = method !== 'GET';
  return {
    ...declared,
    async handle({ params, query, body, signal }) {
      const timeoutMs = routeDeadlineMs(declared);
      const of = { method, path, deadlineMs: timeoutMs, ...callerOf() };
      const given = { params, query, ...(body !== undefined && { body }) };
      const call = calls.call({ type: 'route', ...of, ...given }, { timeoutMs, signal, isOnce });
      return resultOf(await untilAborted(call, signal), 'route') as RouteReply | undefined;
    },
  };
}
