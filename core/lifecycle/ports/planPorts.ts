/** The plan of a container with other published ports, of which only the attachment of its network differs. */
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { isNetworkAttachment } from '../../../hooks/networkAttachments.ts';
import type { NetworkAttachment } from '../../../hooks/engine.ts';
import type { ContainerRequest, PortRequest } from '../../../hooks/request.ts';
import type { PlannedCreate } from '../../plan/Planner.ts';
import type { Generation } from '../../plugins/index.ts';
import { planWithNetwork } from '../networks/planWithNetwork.ts';
import type { EngineContext } from '../shared/engineContext.ts';

export async function planWithPorts(
  engine: EngineContext,
  record: ContainerRecord,
  { request, ports }: { request: ContainerRequest; ports: Record<string, PortRequest> },
  generation: Generation,
): Promise<PlannedCreate> {
  return await planWithNetwork(
    engine,
    record,
    { request, network: { ...record.draft.network, ports } },
    generation,
  );
}

/** The same attachments, with other ports of an interface. @param key of the effect that attaches it */
export function withPorts(
  attachments: ContainerRecord['attachments'],
  key: string,
  change: (ports: NetworkAttachment['ports']) => NetworkAttachment['ports'],
): ContainerRecord['attachments'] {
  const attachment = attachments[key];
  if (!isNetworkAttachment(attachment)) return attachments;
  return { ...attachments, [key]: { ...attachment, ports: change(attachment.ports) } };
}
