import type { Route, RouteHead, RouteReply, RouteWriter } from '../../../hooks/contributions/route.ts';
import type { DeclaredRoute } from '../../../hooks/processProtocol.ts';
import { routeDeadlineMs } from '../../contract/driverDeadlines.ts';
import { untilAborted } from '../../wait/untilAborted.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { CallOptions } from './openCall.ts';
import { pacedOutput } from './pacedOutput.ts';
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
    async handle({ params, query, body, signal, stream }) {
      const timeoutMs = routeDeadlineMs(declared);
      const of = { method, path, deadlineMs: timeoutMs, ...callerOf() };
      const given = { params, query, ...(body !== undefined && { body }) };
      const output = streaming(stream, isOnce);
      const call = calls.call(
        { type: 'route', ...of, ...given },
        Object.assign(output, { timeoutMs, signal }),
      );
      return resultOf(await untilAborted(call, signal), 'route') as RouteReply | undefined;
    },
  };
}

/** What its process calls to stream. What was streamed cannot be taken back: another process does not begin again. */
function streaming(
  stream: (head: RouteHead) => RouteWriter,
  isOnce: boolean,
): Pick<CallOptions, 'methods' | 'isAwaited' | 'isOnce'> {
  let write: RouteWriter | undefined;
  const { methods, isAwaited } = pacedOutput({
    write: async (chunk) => {
      if (!write)
        throw new PouchError('PCH_PLUGIN_CONTRACT', 'expected a call of stream before that of write');
      await write(chunk as string | Uint8Array);
    },
  });
  const begin = (head: unknown) => void (write = stream(head ?? {}));
  return {
    methods: { ...methods, stream: begin },
    isAwaited,
    get isOnce() {
      return isOnce || write !== undefined;
    },
  };
}
