/**
 * Routes of the networks bridge, none and host, and of those of pouchd.yaml: enough for clients that look a network up
 * before they run a container.
 */
import {
  networkAttachments,
  PouchError,
  type ContainerRecord,
  type NetworkInfo,
} from '../../../hooks/index.ts';
import { parameter, type Call, type Route } from '../http/call.ts';
import { sendJson } from '../http/reply.ts';
import { checkNetworkPruneFilter } from '../translate/prune.ts';
import { dockerDriver, networkId } from '../translate/container/networks.ts';

export const networkRoutes: Route[] = [
  { method: 'GET', path: '/networks', handler: list },
  { method: 'GET', path: '/networks/:id', handler: inspect },
  { method: 'POST', path: '/networks/prune', handler: prune },
];

/** The networks belong to the engine and its configuration. */
function prune(call: Call): void {
  checkNetworkPruneFilter(call.query.filters());
  sendJson(call, { NetworksDeleted: null });
}

function list(call: Call): void {
  const { name, id, driver } = call.query.filters();
  const kept = call.engine.system
    .networks()
    .filter(
      (one) =>
        (!name?.length || name.some((part) => one.name.includes(part))) &&
        (!id?.length || id.some((prefix) => networkId(one.name).startsWith(prefix))) &&
        (!driver?.length || driver.includes(dockerDriver(one.driver))),
    );
  sendJson(
    call,
    kept.map((one) => ({ ...describe(call, one), Containers: {} })),
  );
}

function inspect(call: Call): void {
  const asked = parameter(call, 'id');
  const networks = call.engine.system.networks();
  const network = networks.find(
    ({ name }) => name === asked || (asked.length >= 4 && networkId(name).startsWith(asked)),
  );
  if (!network)
    throw new PouchError('PCH_NETWORK_NOT_FOUND', `network ${asked} not found`, {
      hint: `available networks: ${networks.map(({ name }) => name).join(', ')}`,
    });
  sendJson(call, { ...describe(call, network), Containers: membersOf(call, network.name) });
}

function describe(call: Call, { name, driver }: NetworkInfo): object {
  const { subnet, bridge, mtu } = call.host.network;
  const isBridge = name === 'bridge';
  return {
    Name: name,
    Id: networkId(name),
    Created: '0001-01-01T00:00:00Z',
    Scope: 'local',
    Driver: dockerDriver(driver),
    EnableIPv4: true,
    EnableIPv6: false,
    IPAM: { Driver: 'default', Options: null, Config: isBridge ? [{ Subnet: subnet }] : [] },
    Internal: false,
    Attachable: false,
    Ingress: false,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Options: isBridge
      ? { 'com.docker.network.bridge.name': bridge, 'com.docker.network.driver.mtu': String(mtu) }
      : {},
    Labels: {},
  };
}

function membersOf(call: Call, network: string): Record<string, object> {
  const running = call.engine.containers.list();
  return Object.fromEntries(running.flatMap((record) => member(record, network)));
}

function member(record: ContainerRecord, network: string): [string, object][] {
  return networkAttachments(record)
    .filter((attachment) => attachment.network === network)
    .map(({ mac, ip, prefixLength }) => [
      record.id,
      {
        Name: record.name,
        EndpointID: '',
        MacAddress: mac ?? '',
        IPv4Address: ip ? `${ip}/${prefixLength ?? 0}` : '',
        IPv6Address: '',
      },
    ]);
}
