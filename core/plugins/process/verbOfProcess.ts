import type { Verb, VerbContext } from '../../../hooks/contributions/verb.ts';
import type { DeclaredVerb } from '../../../hooks/processProtocol.ts';
import { verbDeadlineMs } from '../../contract/driverDeadlines.ts';
import { untilAborted } from '../../wait/untilAborted.ts';
import type { PluginCalls } from './PluginCalls.ts';
import type { CallOptions } from './openCall.ts';
import { resultOf } from './resultOf.ts';
import { callerOf } from './tapOfProcess.ts';

/** Characters that a client may not have taken yet while the output of a verb is not a flood. */
const window = 256 * 1024;

/** A verb whose function is in the process of its plugin, which calls `out` and `err` meanwhile. */
export function verbOfProcess(declared: DeclaredVerb, calls: PluginCalls): Verb {
  return {
    ...declared,
    async run({ args, options }, { out, err, signal }) {
      const timeoutMs = verbDeadlineMs(declared);
      const { name: verb } = declared;
      const request = { type: 'verb', verb, deadlineMs: timeoutMs, args, options, ...callerOf() } as const;
      // What it has written cannot be taken back: another process does not run it again.
      const call = calls.call(request, { timeoutMs, signal, isOnce: true, ...outputTo({ out, err }) });
      return resultOf(await untilAborted(call, signal), 'verb') as number | undefined;
    },
  };
}

/** It counts as a flood, which is read slowly, once the client is behind by more than the window. */
function outputTo(streams: Pick<VerbContext, 'out' | 'err'>): Pick<CallOptions, 'methods' | 'isAwaited'> {
  let waiting = 0;
  const writer = (stream: keyof typeof streams) => async (given: unknown) => {
    const text = String(given);
    waiting += text.length;
    try {
      await streams[stream](text);
    } finally {
      waiting -= text.length;
    }
  };
  return {
    methods: { out: writer('out'), err: writer('err') },
    isAwaited: (method) => (method === 'out' || method === 'err') && waiting <= window,
  };
}
