/** The plan of a container with another network, of which only the attachments differ. */
import { networkEffectKey, networkPartKey } from '../../../hooks/draftKeys.ts';
import type { DraftNetwork } from '../../../hooks/draft.ts';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { ContainerRequest } from '../../../hooks/request.ts';
import { planNetwork } from '../../plan/planNetwork.ts';
import type { PlannedCreate } from '../../plan/Planner.ts';
import { FieldOwners, type Generation } from '../../plugins/index.ts';
import { storedPlanOf } from '../../state/planFiles.ts';
import type { EngineContext } from '../shared/engineContext.ts';

/** What a plan needs to know of networks. */
export function networksOfPlan({ plannerOptions }: EngineContext, { contributions }: Generation) {
  return {
    contributions,
    networkOf: (name: string) => plannerOptions.request.networkOf(name),
  };
}

/** Whether an effect is one of an interface, by its key. */
export function isOfInterface(key: string, interfaceName: string): boolean {
  return key === networkEffectKey(interfaceName) || key.startsWith(networkPartKey(interfaceName, ''));
}

interface NetworkChange {
  request: ContainerRequest;
  network: DraftNetwork;
  /** A plan that has the effects that are new. */
  full?: PlannedCreate;
  /** The interface that the container loses. */
  gone?: string;
}

export async function planWithNetwork(
  engine: EngineContext,
  record: ContainerRecord,
  { request, network, full, gone }: NetworkChange,
  generation: Generation,
): Promise<PlannedCreate> {
  const stored = await storedPlanOf(record);
  const isKept = (key: string) => gone === undefined || !isOfInterface(key, gone);
  const kept = Object.entries(record.draft.effects).filter(([key]) => isKept(key));
  const draft = { ...record.draft, network: { ...network }, effects: Object.fromEntries(kept) };
  await planNetwork(draft, networksOfPlan(engine, generation), { fieldOwners: new FieldOwners(), blame: [] });
  const isNew = ({ key }: { key: string }) =>
    draft.effects[key] !== undefined && !stored.effects.some((one) => one.key === key);
  return {
    ...stored,
    request,
    draft,
    effects: [
      ...stored.effects
        .filter(({ key }) => isKept(key))
        .map((effect) => ({ ...effect, ...draft.effects[effect.key] })),
      ...(full?.effects ?? []).filter(isNew),
    ],
    abandon: () => undefined,
  };
}
