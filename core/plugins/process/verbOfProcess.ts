import type { Verb } from '../../../hooks/contributions/verb.ts';
import type { DeclaredVerb } from '../../../hooks/processProtocol.ts';
import { verbDeadlineMs } from '../../contract/driverDeadlines.ts';
import { untilAborted } from '../../wait/untilAborted.ts';
import type { PluginCalls } from './PluginCalls.ts';
import { pacedOutput } from './pacedOutput.ts';
import { resultOf } from './resultOf.ts';
import { callerOf } from './tapOfProcess.ts';

/** A verb whose function is in the process of its plugin, which calls `out` and `err` meanwhile. */
export function verbOfProcess(declared: DeclaredVerb, calls: PluginCalls): Verb {
  return {
    ...declared,
    async run({ args, options }, { out, err, signal }) {
      const timeoutMs = verbDeadlineMs(declared);
      const { name: verb } = declared;
      const request = { type: 'verb', verb, deadlineMs: timeoutMs, args, options, ...callerOf() } as const;
      const output = pacedOutput({ out: (text) => out(String(text)), err: (text) => err(String(text)) });
      // What it has written cannot be taken back: another process does not run it again.
      const call = calls.call(request, { timeoutMs, signal, isOnce: true, ...output });
      return resultOf(await untilAborted(call, signal), 'verb') as number | undefined;
    },
  };
}
