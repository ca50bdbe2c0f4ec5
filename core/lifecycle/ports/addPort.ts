import { livePortKey } from '../../../hooks/draftKeys.ts';
import type { ContainerRecord, NetworkAttachment } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { field } from '../../../hooks/fields.ts';
import type { PublishedPort } from '../../../hooks/request.ts';
import type { PlannedCreate } from '../../plan/Planner.ts';
import { planPublish } from '../../plan/planNetwork.ts';
import { portKey } from '../../plan/request/network.ts';
import { formatPath, type Generation } from '../../plugins/index.ts';
import { isUp } from '../../state/status.ts';
import { addToPlan } from '../reconcile/addToPlan.ts';
import type { ReplaceOptions } from '../reconcile/replacePlan.ts';
import { checkChangeable } from '../shared/changeable.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { networksOfPlan } from '../networks/planWithNetwork.ts';
import { planWithPorts, withPorts } from './planPorts.ts';

/**
 * Publishes a port: at once in a container that runs, and at each start. A failure leaves the container as it was.
 */
export async function addPort(
  engine: EngineContext,
  record: ContainerRecord,
  port: PublishedPort,
): Promise<{ warnings: string[] }> {
  const key = portKey(port);
  return await addToPlan(engine, record, {
    verb: 'port',
    field: formatPath(['network', 'ports', key]),
    check() {
      checkChangeable(record, 'published ports');
      refuseTaken(record, port);
    },
    request() {
      const { network = { mode: '' } } = record.request;
      return { ...record.request, network: { ...network, ports: [...(network.ports ?? []), port] } };
    },
    async plan({ draft, request }, generation) {
      const planned = draft.network.ports[key];
      if (!planned) throw leftOut(record, port);
      const ports = { ...record.draft.network.ports, [key]: planned };
      return await planWithPorts(engine, record, { request, ports }, generation);
    },
    live: async (planned, generation) =>
      isUp(record) ? await liveOptions(engine, record, { planned, key }, generation) : {},
    event: ['port_add', { port: key }],
  });
}

async function liveOptions(
  engine: EngineContext,
  record: ContainerRecord,
  { planned: { draft }, key }: { planned: PlannedCreate; key: string },
  generation: Generation,
): Promise<ReplaceOptions> {
  const live = livePortKey(key);
  const port = draft.network.ports[key]!;
  const networks = networksOfPlan(engine, generation);
  const { effect, attachKey } = await planPublish(draft, networks, { port, isPublished: false });
  return {
    live: { [live]: effect },
    attachments: (results) =>
      withPorts(record.attachments, attachKey, (all) => [
        ...all,
        // One for each address family.
        ...[results[live] as NetworkAttachment['ports'][0] | NetworkAttachment['ports']].flat(),
      ]),
  };
}

/** @throws PCH_CONFLICT */
function refuseTaken(record: ContainerRecord, port: PublishedPort): void {
  const { id, name, draft } = record;
  const taken = Object.values(draft.network.ports).find(
    (other) =>
      other.hostPort === port.hostPort &&
      other.protocol === port.protocol &&
      overlap(other.hostIp, port.hostIp),
  );
  if (!taken) return;
  const { containerPort, protocol } = taken;
  throw new PouchError(
    'PCH_CONFLICT',
    `the container ${name} publishes its port ${containerPort}/${protocol} on the host port ${port.hostPort}`,
    { container: id, hint: `choose another host port (${field('network.ports')}), or remove that one first` },
  );
}

function overlap(a = '', b = ''): boolean {
  return a === b || [a, b].some((address) => ['', '0.0.0.0', '::'].includes(address));
}

function leftOut({ id, name }: ContainerRecord, { containerPort, protocol }: PublishedPort): PouchError {
  return new PouchError('PCH_CONFLICT', `a plugin changes the published port ${containerPort}/${protocol}`, {
    container: id,
    hint: `pouch plan run shows which one, with the options of ${name}`,
  });
}
