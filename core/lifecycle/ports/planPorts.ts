/** The plan of a container with other published ports, of which only the attachment of its network differs. */
import { networkEffectKey } from '../../../hooks/draftKeys.ts';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { isNetworkAttachment } from '../../../hooks/networkAttachments.ts';
import type { NetworkAttachment } from '../../../hooks/engine.ts';
import type { ContainerRequest, PortRequest } from '../../../hooks/request.ts';
import { planNetwork } from '../../plan/planNetwork.ts';
import type { PlannedCreate } from '../../plan/Planner.ts';
import { FieldOwners, type Generation } from '../../plugins/index.ts';
import { storedPlanOf } from '../../state/planFiles.ts';
import type { EngineContext } from '../shared/engineContext.ts';

/** What a plan needs to know of networks. */
export function networksOfPlan({ config, plannerOptions }: EngineContext, { contributions }: Generation) {
  return {
    contributions,
    networks: config.network.networks,
    networkOf: (name: string) => plannerOptions.request.networkOf(name),
  };
}

export async function planWithPorts(
  engine: EngineContext,
  record: ContainerRecord,
  { request, ports }: { request: ContainerRequest; ports: Record<string, PortRequest> },
  generation: Generation,
): Promise<PlannedCreate> {
  const stored = await storedPlanOf(record);
  const network = { ...record.draft.network, ports, request: request.network ?? { mode: '' } };
  const draft = { ...record.draft, network, effects: { ...record.draft.effects } };
  await planNetwork(draft, networksOfPlan(engine, generation), { fieldOwners: new FieldOwners(), blame: [] });
  return {
    ...stored,
    request,
    draft,
    effects: stored.effects.map((effect) => ({ ...effect, ...draft.effects[effect.key] })),
    abandon: () => undefined,
  };
}

/** The same attachments, with other ports of the container's interface. */
export function withPorts(
  attachments: ContainerRecord['attachments'],
  change: (ports: NetworkAttachment['ports']) => NetworkAttachment['ports'],
): ContainerRecord['attachments'] {
  const key = networkEffectKey('eth0');
  const attachment = attachments[key];
  if (!isNetworkAttachment(attachment)) return attachments;
  return { ...attachments, [key]: { ...attachment, ports: change(attachment.ports) } };
}
