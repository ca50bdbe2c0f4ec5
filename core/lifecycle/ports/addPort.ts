import { livePortKey } from '../../../hooks/draftKeys.ts';
import type { ContainerRecord, NetworkAttachment } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { field } from '../../../hooks/fields.ts';
import type { PublishedPort } from '../../../hooks/request.ts';
import type { PlannedCreate } from '../../plan/Planner.ts';
import { planPublish } from '../../plan/planNetwork.ts';
import { portKey } from '../../plan/request/network.ts';
import { formatPath, type Generation, isWithin } from '../../plugins/index.ts';
import { isUp } from '../../state/status.ts';
import { withNewPlan } from '../reconcile/planAgain.ts';
import { replacePlan } from '../reconcile/replacePlan.ts';
import { checkChangeable } from '../shared/changeable.ts';
import { emitContainer, type EngineContext, underLock } from '../shared/engineContext.ts';
import { networksOfPlan, planWithPorts, withPorts } from './planPorts.ts';

/**
 * Publishes a port: at once in a container that runs, and at each start. A failure leaves the container as it was.
 */
export async function addPort(
  engine: EngineContext,
  record: ContainerRecord,
  port: PublishedPort,
): Promise<{ warnings: string[] }> {
  return await underLock(engine, record, 'port', () =>
    engine.generations.use(async (generation) => {
      checkChangeable(record, 'published ports');
      refuseTaken(record, port);
      const { network = { mode: '' } } = record.request;
      const ports = [...(network.ports ?? []), port];
      const request = { ...record.request, network: { ...network, ports } };
      // All plugins plan the container with the port, and may refuse that.
      return await withNewPlan(engine, { ...record, request }, generation, {
        use: (full) => publish(engine, record, { port, full: { ...full, request } }, generation),
      });
    }),
  );
}

async function publish(
  engine: EngineContext,
  record: ContainerRecord,
  { port, full }: { port: PublishedPort; full: PlannedCreate },
  generation: Generation,
): Promise<{ warnings: string[] }> {
  const key = portKey(port);
  const planned = full.draft.network.ports[key];
  if (!planned) throw leftOut(record, port);
  const wanted = { request: full.request, ports: { ...record.draft.network.ports, [key]: planned } };
  const next = await planWithPorts(engine, record, wanted, generation);
  const portField = formatPath(['network', 'ports', key]);
  next.blame = [...next.blame, ...full.blame.filter((entry) => isWithin(entry.field, portField))];
  next.warnings = [...new Set([...record.warnings, ...full.warnings])];
  next.abandon = full.abandon;
  const before = record.warnings;
  const live = livePortKey(key);
  const networks = networksOfPlan(engine, generation);
  await replacePlan(engine, record, next, record.degraded, {
    ...(isUp(record) && {
      live: { [live]: await planPublish(next.draft, networks, { port: planned, isPublished: false }) },
      attachments: (results) =>
        withPorts(record.attachments, (all) => [...all, results[live] as NetworkAttachment['ports'][0]]),
    }),
  });
  emitContainer(engine, 'port_add', record, { port: key });
  return { warnings: next.warnings.filter((warning) => !before.includes(warning)) };
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
