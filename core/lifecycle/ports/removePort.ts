import { livePortKey } from '../../../hooks/draftKeys.ts';
import type { ContainerRecord, NetworkAttachment } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { invalidField } from '../../../hooks/invalidField.ts';
import { networkAttachments } from '../../../hooks/networkAttachments.ts';
import type { PortRequest, PublishedPort } from '../../../hooks/request.ts';
import { planPublish } from '../../plan/planNetwork.ts';
import { portKey } from '../../plan/request/network.ts';
import { formatPath, isWithin } from '../../plugins/index.ts';
import { isUp } from '../../state/status.ts';
import { replacePlan } from '../reconcile/replacePlan.ts';
import { checkChangeable } from '../shared/changeable.ts';
import { emitContainer, type EngineContext, underLock } from '../shared/engineContext.ts';
import { networksOfPlan } from '../networks/planWithNetwork.ts';
import { planWithPorts, withPorts } from './planPorts.ts';

/**
 * Publishes a port no longer: at once in a container that runs, and from its next start on. Connections that exist
 * continue.
 * @throws PCH_PORT_NOT_FOUND
 */
export async function removePort(
  engine: EngineContext,
  record: ContainerRecord,
  asked: PublishedPort,
): Promise<void> {
  await underLock(engine, record, 'port', () =>
    engine.generations.use(async (generation) => {
      checkChangeable(record, 'published ports');
      const { port, published } = find(record, asked);
      const key = portKey(port);
      const { network } = record.request;
      const isOther = (other: PortRequest) => portKey(other) !== key;
      if (!network || network.ports?.every(isOther) !== false) throw notAsked(record, asked);
      const request = { ...record.request, network: { ...network, ports: network.ports.filter(isOther) } };
      const { [key]: _port, ...ports } = record.draft.network.ports;
      const next = await planWithPorts(engine, record, { request, ports }, generation);
      const portField = formatPath(['network', 'ports', key]);
      next.blame = next.blame.filter((entry) => !isWithin(entry.field, portField));
      const live = livePortKey(key);
      const networks = networksOfPlan(engine, generation);
      const change = {
        port: {
          ...port,
          hostPort: asked.hostPort,
          // Several are those of both address families.
          ...(published.length === 1 && { hostIp: published[0]!.hostIp }),
        },
        isPublished: true,
      };
      const planned = isUp(record) ? await planPublish(next.draft, networks, change) : undefined;
      await replacePlan(engine, record, next, record.degraded, {
        ...(planned && {
          booked: { [live]: planned.effect },
          gone: [live],
          attachments: () =>
            withPorts(record.attachments, planned.attachKey, (all) =>
              all.filter((one) => !published.some((other) => isSame(one, other))),
            ),
        }),
      });
      emitContainer(engine, 'port_remove', record, { port: key });
    }),
  );
}

type Attached = NetworkAttachment['ports'][number];

/**
 * The port as it was asked for, and how the container that runs has it.
 * @throws PCH_PORT_NOT_FOUND, PCH_OPTION_INVALID
 */
function find(record: ContainerRecord, asked: PublishedPort): { port: PortRequest; published: Attached[] } {
  const all = Object.values(record.draft.network.ports).filter(
    ({ containerPort, protocol }) => containerPort === asked.containerPort && protocol === asked.protocol,
  );
  const attached = networkAttachments(record)
    .flatMap(({ ports }) => ports)
    .filter(
      (one) =>
        one.containerPort === asked.containerPort &&
        one.protocol === asked.protocol &&
        one.hostPort === asked.hostPort,
    );
  const named = attached.find(({ hostIp }) => !asked.hostIp || hostIp === asked.hostIp);
  const fixed = all.filter(
    ({ hostPort, hostIp }) =>
      hostPort === asked.hostPort && (!asked.hostIp || (hostIp || named?.hostIp) === asked.hostIp),
  );
  // pouchd has chosen the host port.
  const free = named ? all.filter(({ hostPort = 0 }) => hostPort === 0) : [];
  const [port, more] = fixed.length > 0 ? fixed : free;
  if (!port) throw notAsked(record, asked);
  if (more && fixed.length > 0)
    throw invalidField(
      'network.ports',
      `the host port ${asked.hostPort} is published on several addresses`,
      'name the address, too',
    );
  return { port, published: attached.filter(({ hostIp }) => !port.hostIp || hostIp === port.hostIp) };
}

function isSame(one: Attached, other: Attached): boolean {
  return (
    one.containerPort === other.containerPort &&
    one.protocol === other.protocol &&
    one.hostIp === other.hostIp &&
    one.hostPort === other.hostPort
  );
}

function notAsked(
  { id, name }: ContainerRecord,
  { containerPort, protocol, hostPort }: PublishedPort,
): PouchError {
  return new PouchError(
    'PCH_PORT_NOT_FOUND',
    `the container ${name} was not given its port ${containerPort}/${protocol} on the host port ${hostPort}`,
    { container: id, hint: `pouch port ${name} lists its published ports` },
  );
}
