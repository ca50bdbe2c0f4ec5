import type { ContainerDraft } from '../../../hooks/draft.ts';
import type { DeclaredRuntime, RuntimeAction, RuntimeRequest } from '../../../hooks/processProtocol.ts';
import type { ProgramContext, RuntimeProgram } from '../../../hooks/runtimeProgram.ts';
import { programDeadlineMs } from '../runtimes/runtimeOfProgram.ts';
import type { CallOptions } from './openCall.ts';
import type { PluginCalls } from './PluginCalls.ts';
import { resultOf } from './resultOf.ts';
import { type Masker, withoutSecrets } from './secretValues.ts';
import { accepted, functionsOf, plannedBy } from './tapOfProcess.ts';

type Given = Pick<RuntimeRequest, 'found' | 'draft' | 'functions'>;

/** A runtime whose functions are in the process of its plugin. What they return is checked where it is used. */
export function runtimeOfProcess(
  { probe, options, adaptSpec, ...declared }: DeclaredRuntime,
  secrets: Masker | undefined,
  calls: Pick<PluginCalls, 'call'>,
): RuntimeProgram {
  const { name: runtime } = declared;
  const call = (action: RuntimeAction, given: Given, how: Pick<CallOptions, 'signal' | 'methods'>) => {
    const timeoutMs = programDeadlineMs[action];
    return calls.call(
      { type: 'runtime', runtime, action, deadlineMs: timeoutMs, ...given },
      { timeoutMs, ...how },
    );
  };
  const ofDraft = (action: RuntimeAction, draft: ContainerDraft, { signal }: ProgramContext) => {
    const shown = (secrets ? withoutSecrets(draft, secrets) : draft) as ContainerDraft;
    const methods = functionsOf({ draft });
    const reply = call(action, { draft: shown, functions: Object.keys(methods) }, { signal, methods });
    return { shown, reply };
  };
  return {
    ...declared,
    ...(probe && {
      probe: async (found, { signal }) =>
        resultOf(await call('probe', { found }, { signal }), 'runtime') as object,
    }),
    ...(options && {
      options: async (draft, context) =>
        resultOf(await ofDraft('options', draft, context).reply, 'runtime') as object,
    }),
    ...(adaptSpec && {
      async adaptSpec(draft, context) {
        const { shown, reply } = ofDraft('adaptSpec', draft, context);
        const accepting = accepted(await reply);
        const whole = plannedBy(accepting, { input: draft, real: draft, shown });
        if (whole) Object.assign(draft, whole);
        return accepting.warnings;
      },
    }),
  };
}
