/** Networks in Docker's form, and what a client wants to create. */
import type {
  Ipam,
  IpamConfig,
  NetworkCreateRequest,
  NetworkMember,
  NetworkWire,
} from '../../../client/wire.ts';
import {
  type ContainerRecord,
  type HostFacts,
  type Network,
  type NetworkAddresses,
  networkAttachments,
  type NewNetwork,
  PouchError,
} from '../../../hooks/index.ts';
import { addressesOf, dockerDriver, endpointId } from './container/networks.ts';

/** @param members the containers that run on it, by id; none in a list */
export function toNetwork(
  network: Network,
  host: Pick<HostFacts, 'network'>,
  members: Record<string, NetworkMember> = {},
): NetworkWire {
  const { addresses, options } = network.name === 'bridge' ? ofOwnBridge(host) : ofNetwork(network);
  return {
    Name: network.name,
    Id: network.id,
    Created: network.createdAt || '0001-01-01T00:00:00Z',
    Scope: 'local',
    Driver: dockerDriver(network.driver),
    EnableIPv4: true,
    EnableIPv6: network.enableIPv6,
    IPAM: {
      Driver: network.ipam.driver,
      Options: network.predefined ? null : network.ipam.options,
      Config: addresses.map(toIpamConfig),
    },
    Internal: network.internal,
    Attachable: network.attachable,
    Ingress: false,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Containers: members,
    Options: options,
    Labels: network.labels,
  };
}

interface Shown {
  addresses: NetworkAddresses[];
  options: Record<string, string>;
}

function ofNetwork({ ipam, options }: Network): Shown {
  return { addresses: ipam.addresses, options };
}

/** The bridge of pouchd.yaml. */
function ofOwnBridge({ network: { subnet, bridge, mtu } }: Pick<HostFacts, 'network'>): Shown {
  return {
    addresses: [{ subnet, gateway: firstAddress(subnet) }],
    options: {
      'com.docker.network.bridge.name': bridge,
      'com.docker.network.driver.mtu': String(mtu),
    },
  };
}

function firstAddress(subnet: string): string {
  const [base = ''] = subnet.split('/');
  const bytes = base.split('.').map(Number);
  return [...bytes.slice(0, 3), (bytes[3] ?? 0) + 1].join('.');
}

function toIpamConfig({ subnet, ipRange, gateway, reserved }: NetworkAddresses): IpamConfig {
  return {
    ...(subnet !== undefined && { Subnet: subnet }),
    ...(ipRange !== undefined && { IPRange: ipRange }),
    ...(gateway !== undefined && { Gateway: gateway }),
    ...(reserved && { AuxiliaryAddresses: reserved }),
  };
}

/** The containers that run on a network. */
export function membersOf(
  records: readonly ContainerRecord[],
  { name }: Pick<Network, 'name'>,
): Record<string, NetworkMember> {
  const members = records.flatMap((record) =>
    networkAttachments(record)
      .filter((attachment) => attachment.network === name)
      .map((attachment): [string, NetworkMember] => {
        const { mac = '' } = attachment;
        const EndpointID = endpointId(record.id, attachment);
        const { four, six } = addressesOf(attachment);
        const addresses = { IPv4Address: cidrOf(four), IPv6Address: cidrOf(six) };
        return [record.id, { Name: record.name, EndpointID, MacAddress: mac, ...addresses }];
      }),
  );
  return Object.fromEntries(members);
}

function cidrOf({ ip, prefixLength }: { ip: string; prefixLength: number }): string {
  return ip === '' ? '' : `${ip}/${prefixLength}`;
}

/** @throws PCH_NOT_SUPPORTED for a network of Swarm, PCH_BAD_REQUEST */
export function toNewNetwork(body: NetworkCreateRequest): NewNetwork {
  refuseSwarm(body);
  const { Name = '', Driver, IPAM, Options, Labels } = body;
  return {
    name: Name,
    ...(Driver && { driver: Driver === 'null' ? 'none' : Driver }),
    internal: body.Internal ?? false,
    attachable: body.Attachable ?? false,
    enableIPv6: body.EnableIPv6 ?? false,
    options: Options ?? {},
    labels: Labels ?? {},
    ipam: ipamOf(IPAM ?? {}),
  };
}

function refuseSwarm({
  Scope,
  Ingress,
  ConfigOnly,
  ConfigFrom,
  EnableIPv4,
  Driver,
}: NetworkCreateRequest): void {
  const isSwarm = Scope === 'swarm' || Ingress || ConfigOnly || ConfigFrom?.Network || Driver === 'overlay';
  if (isSwarm)
    throw unsupported(
      'This node is not a swarm manager: networks of Swarm are not supported',
      'use the driver bridge, macvlan or ipvlan',
    );
  if (EnableIPv4 === false)
    throw unsupported('networks without IPv4 are not supported', 'add an IPv4 subnet beside that of IPv6');
}

function ipamOf({ Driver, Options, Config }: Ipam): NewNetwork['ipam'] {
  if (Driver && Driver !== 'default')
    throw unsupported(
      `the IPAM driver ${Driver} is not supported`,
      'leave it out: "default" gives addresses',
    );
  return {
    options: Options ?? {},
    addresses: (Config ?? []).filter(isMeant).map(({ Subnet, IPRange, Gateway, AuxiliaryAddresses }) => ({
      ...(Subnet && { subnet: Subnet }),
      ...(IPRange && { ipRange: IPRange }),
      ...(Gateway && { gateway: Gateway }),
      ...(AuxiliaryAddresses && { reserved: AuxiliaryAddresses }),
    })),
  };
}

/** Clients send an entry without any value for a network without wishes. */
function isMeant(config: IpamConfig): boolean {
  return Object.values(config).some((value) => value !== null && value !== '');
}

function unsupported(message: string, hint: string): PouchError {
  return new PouchError('PCH_NOT_SUPPORTED', message, { hint });
}
