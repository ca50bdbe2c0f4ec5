import { catalogue } from '../../../hooks/catalogue.ts';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import type { Ending } from '../../../hooks/draft.ts';
import type { BlameEntry } from '../../../hooks/plan.ts';
import type { StopDraft } from '../../../hooks/points/container.ts';
import { noteOutcome } from '../shared/noteOutcome.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { isUp } from '../../state/status.ts';
import { signalNumber } from '../../contract/signals.ts';

export interface StopOptions {
  timeoutSeconds?: number;
  signal?: string;
}

/** How a container is ended. */
export interface StopPlan {
  signal: number;
  /** Seconds before SIGKILL follows; negative to wait without limit. */
  timeoutSeconds: number;
  /** A command in the container that has its init end it, instead of the signal. */
  args?: readonly string[];
  /** How its init ends it, unless it is killed. */
  ending?: Ending;
}

/**
 * Returns the stop that the request and the container itself ask for.
 * @throws PCH_OPTION_INVALID for an invalid signal
 */
export function stopDraft(
  container: ContainerRecord,
  verb: StopDraft['verb'],
  { signal = container.draft.stop.signal, timeoutSeconds = container.draft.stop.timeoutSeconds }: StopOptions,
): StopDraft {
  signalNumber(signal);
  return { container, verb, signal, timeoutSeconds };
}

/**
 * Calls the taps of container.preStop if the container runs.
 * @throws PCH_PLUGIN_CONTRACT for an invalid signal of a tap
 */
export async function planStop(
  { generations, log, secrets }: EngineContext,
  draft: StopDraft,
): Promise<StopPlan> {
  if (!isUp(draft.container))
    return { signal: signalNumber(draft.signal), timeoutSeconds: draft.timeoutSeconds };
  const { preStop } = catalogue.container;
  const outcome = await generations.use(({ runner }) => runner.plan(preStop, draft, { log }));
  const { draft: planned, blame } = outcome;
  const shown = { ...outcome, blame: secrets.blame(blame, draft.container.draft) };
  noteOutcome(draft.container, preStop.name, shown, 'stop.');
  return { signal: checkedSignal(planned.signal, blame), timeoutSeconds: planned.timeoutSeconds };
}

function checkedSignal(signal: string, blame: readonly BlameEntry[]): number {
  try {
    return signalNumber(signal);
  } catch (cause) {
    const { plugin = '', hook = '' } = blame.findLast(({ field }) => field === 'signal') ?? {};
    throw new PouchError('PCH_PLUGIN_CONTRACT', messageOf(cause), { plugin, hook, cause });
  }
}
