/** Changes a container where it is, without another one in its place. */
import type {
  ContainerRecord,
  ContainerRequest,
  DeviceRequest,
  EndpointRequest,
  PublishedPort,
  UpdateRequest,
  VolumeRequest,
} from '../../../hooks/index.ts';
import { usersLabels } from '../labels.ts';
import { comparable } from '../plan/comparable.ts';
import { type Difference, differences } from '../plan/differences.ts';
import { endpointOptions } from '../plan/endpointOptions.ts';
import type { AgentContext } from './agentContext.ts';

/**
 * Applies the differences that need no other container. What has been applied stays if a later one fails: the next
 * attempt continues from there.
 */
export async function changeContainer(
  context: AgentContext,
  record: ContainerRecord,
  wanted: ContainerRequest,
  own: Readonly<Record<string, string>>,
): Promise<void> {
  const { containers, networks } = context;
  const { id } = record;
  const all = differences(comparable(record.request), comparable(wanted));
  const within = (...prefix: string[]) =>
    all.filter(({ path }) => prefix.every((segment, index) => path[index] === segment));
  // What is removed makes room for what is added.
  for (const { before } of within('network', 'ports'))
    if (before) await containers.removePort(id, before as PublishedPort);
  for (const { before } of within('volumes'))
    if (before) await containers.removeMount(id, (before as VolumeRequest).destination);
  for (const { before } of within('devices'))
    if (before) await containers.removeDevice(id, pathOf(before as DeviceRequest));
  for (const { before } of within('network', 'endpoints'))
    if (before) await networks.disconnect((before as EndpointRequest).network, id);
  if (within('network', 'detached').length > 0)
    await networks.connect(record.draft.network.mode, id, endpointOptions(wanted.network ?? {}));
  for (const { after } of within('network', 'endpoints'))
    if (after) await connect(networks, id, after as EndpointRequest);
  for (const { after } of within('devices'))
    if (after) await containers.addDevice(id, after as DeviceRequest);
  for (const { after } of within('volumes')) if (after) await containers.addMount(id, after as VolumeRequest);
  for (const { after } of within('network', 'ports'))
    if (after) await containers.addPort(id, after as PublishedPort);
  await containers.update(id, updateOf(record, wanted, { all, own }));
}

function pathOf({ host, path = host }: DeviceRequest): string {
  return path;
}

async function connect(
  networks: AgentContext['networks'],
  id: string,
  endpoint: EndpointRequest,
): Promise<void> {
  const { network, interface: _interface, ...rest } = endpoint;
  await networks.connect(network, id, rest);
}

function updateOf(
  record: ContainerRecord,
  wanted: ContainerRequest,
  { all, own }: { all: readonly Difference[]; own: Readonly<Record<string, string>> },
): UpdateRequest {
  const keysOf = (field: string) =>
    all.filter(({ path }) => path[0] === field).map(({ path }) => path[1] ?? '');
  const changed = (field: 'env' | 'annotations') =>
    Object.fromEntries(keysOf(field).map((key) => [key, wanted[field]?.[key]]));
  const limits = keysOf('resources');
  const resources = wanted.resources as Readonly<Record<string, unknown>> | undefined;
  return {
    labels: { ...changedLabels(record, wanted), ...own },
    ...(limits.length > 0 && {
      resources: Object.fromEntries(limits.map((name) => [name, resources?.[name]])),
    }),
    ...(keysOf('restart').length > 0 && {
      restart: wanted.restart ?? { name: 'no' as const, maximumRetryCount: 0 },
    }),
    ...(keysOf('diskQuota').length > 0 && wanted.diskQuota !== undefined && { diskQuota: wanted.diskQuota }),
    ...(keysOf('env').length > 0 && { env: changed('env') }),
    ...(keysOf('annotations').length > 0 && {
      annotations: changed('annotations'),
    }),
  };
}

function changedLabels(
  { request }: ContainerRecord,
  wanted: ContainerRequest,
): Record<string, string | undefined> {
  const [before, after] = [usersLabels(request.labels), usersLabels(wanted.labels)];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return Object.fromEntries(
    [...keys].filter((key) => before[key] !== after[key]).map((key) => [key, after[key]]),
  );
}
