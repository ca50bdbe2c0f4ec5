/** A container's ports and network endpoints in Docker's form. */
import { createHash } from 'node:crypto';
import type { EndpointSettings, NetworkSettings, PortMap, PortSummary } from '../../../../client/wire.ts';
import {
  type ContainerRecord,
  type EndpointRequest,
  networkAttachments,
  type NetworkAttachment,
  predefinedNetworkId,
} from '../../../../hooks/index.ts';

/** Docker's name of a driver. */
export function dockerDriver(driver: string): string {
  return driver === 'none' ? 'null' : driver;
}

/** The requested mode, with the full id in `container:ID`. */
export function networkMode(record: ContainerRecord): string {
  return record.draft.network.mode;
}

export function networkSettings(record: ContainerRecord): NetworkSettings {
  const networks = endpoints(record);
  const first = Object.values(networks)[0] ?? endpoint(record, undefined, { network: '' });
  return {
    Bridge: '',
    SandboxID: record.state.pid > 0 ? record.id : '',
    SandboxKey: record.state.pid > 0 ? `/proc/${record.state.pid}/ns/net` : '',
    HairpinMode: false,
    LinkLocalIPv6Address: '',
    LinkLocalIPv6PrefixLen: 0,
    Ports: portMap(record),
    SecondaryIPAddresses: null,
    SecondaryIPv6Addresses: null,
    EndpointID: first.EndpointID ?? '',
    Gateway: first.Gateway ?? '',
    GlobalIPv6Address: first.GlobalIPv6Address ?? '',
    GlobalIPv6PrefixLen: first.GlobalIPv6PrefixLen ?? 0,
    IPAddress: first.IPAddress ?? '',
    IPPrefixLen: first.IPPrefixLen ?? 0,
    IPv6Gateway: first.IPv6Gateway ?? '',
    MacAddress: first.MacAddress ?? '',
    Networks: networks,
  };
}

/** By network; the endpoint of a stopped container has no addresses. */
export function endpoints(record: ContainerRecord): Record<string, EndpointSettings> {
  const attached = networkAttachments(record);
  const asked = askedEndpoints(record);
  const others = attached.filter(({ network }) => !asked.some((one) => one.network === network));
  const all = [...asked, ...others.map(({ network }) => ({ network }))];
  return Object.fromEntries(
    all.map((one) => [
      one.network,
      endpoint(
        record,
        attached.find(({ network }) => network === one.network),
        one,
      ),
    ]),
  );
}

/** The networks that the container's plan names; another container's networks are not its own. */
function askedEndpoints({ draft: { network } }: ContainerRecord): AskedEndpoint[] {
  const { mode, request } = network;
  if (mode.startsWith('container:')) return [];
  const { ip, ip6, mac, aliases, links, driverOpts, endpoints: others = [], detached } = request;
  const first = { network: mode, ...pickSet({ ip, ip6, mac, aliases, links, driverOpts }) };
  return detached ? others : [first, ...others];
}

type AskedEndpoint = Omit<EndpointRequest, 'interface'>;

function pickSet(fields: Partial<AskedEndpoint>): Partial<AskedEndpoint> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function endpoint(
  record: ContainerRecord,
  attachment: NetworkAttachment | undefined,
  { network, ip, ip6, mac, aliases, links, driverOpts }: AskedEndpoint,
): EndpointSettings {
  const id = record.draft.network.ids?.[network];
  const { four, six } = addressesOf(attachment);
  const asked = [ip, ip6].filter((one) => one !== undefined);
  return {
    IPAMConfig:
      asked.length === 0
        ? null
        : Object.fromEntries(asked.map((one) => [one.includes(':') ? 'IPv6Address' : 'IPv4Address', one])),
    Links: id === undefined ? null : (links ?? null),
    Aliases: id === undefined ? (aliases ?? null) : aliasesWith(aliases, record),
    MacAddress: attachment?.mac ?? mac ?? '',
    DriverOpts: driverOpts ?? null,
    NetworkID: network && (id ?? predefinedNetworkId(network)),
    EndpointID: attachment ? endpointId(record.id, attachment) : '',
    Gateway: four.gateway,
    IPAddress: four.ip,
    IPPrefixLen: four.prefixLength,
    IPv6Gateway: six.gateway,
    GlobalIPv6Address: six.ip,
    GlobalIPv6PrefixLen: six.prefixLength,
  };
}

interface Address {
  ip: string;
  prefixLength: number;
  gateway: string;
}

const noAddress: Address = { ip: '', prefixLength: 0, gateway: '' };

/** By family. A driver of a plugin may give an IPv6 address alone. */
export function addressesOf(attachment: NetworkAttachment | undefined): { four: Address; six: Address } {
  if (!attachment) return { four: noAddress, six: noAddress };
  const { ip = '', prefixLength = 0, gateway = '', ip6, prefixLength6 = 0, gateway6 = '' } = attachment;
  const first = { ip, prefixLength, gateway };
  if (ip.includes(':')) return { four: noAddress, six: first };
  return {
    four: first,
    six: ip6 === undefined ? noAddress : { ip: ip6, prefixLength: prefixLength6, gateway: gateway6 },
  };
}

/** In networks that clients have created the beginning of its id is a name, too; compose looks for it. */
function aliasesWith(aliases: readonly string[] = [], { id }: ContainerRecord): string[] {
  return [...new Set([...aliases, id.slice(0, 12)])];
}

/** Stable while the container and the network exist. */
export function endpointId(container: string, attachment: NetworkAttachment): string {
  return createHash('sha256')
    .update(`${container} ${attachment.network} ${attachment.interface}`)
    .digest('hex');
}

/** Every exposed and published port of a running container, with its host ports or null. */
export function portMap(record: ContainerRecord): PortMap {
  if (record.state.pid === 0) return {};
  const ports: PortMap = Object.fromEntries(exposedBy(record).map((port) => [port, null]));
  for (const { containerPort, protocol, hostIp, hostPort } of published(record)) {
    const key = `${containerPort}/${protocol}`;
    (ports[key] ??= []).push({ HostIp: hostIp || '0.0.0.0', HostPort: String(hostPort) });
  }
  return ports;
}

export function portSummaries(record: ContainerRecord): PortSummary[] {
  if (record.state.pid === 0) return [];
  return Object.entries(portMap(record)).flatMap(([key, bindings]) => portSummary(key, bindings ?? []));
}

function portSummary(key: string, bindings: { HostIp?: string; HostPort?: string }[]): PortSummary[] {
  const [port, Type = 'tcp'] = key.split('/');
  const PrivatePort = Number(port);
  if (bindings.length === 0) return [{ PrivatePort, Type }];
  return bindings.map(({ HostIp: IP, HostPort }) => ({
    IP,
    PrivatePort,
    PublicPort: Number(HostPort),
    Type,
  }));
}

function published(record: ContainerRecord): NetworkAttachment['ports'] {
  return networkAttachments(record).flatMap((attachment) => attachment.ports);
}

/** Ports that the image or the request exposes. */
function exposedBy(record: ContainerRecord): string[] {
  const image = Object.keys(record.draft.image.config.config?.ExposedPorts ?? {});
  return [...new Set([...image, ...(record.request.network?.exposed ?? [])])].map(withProtocol);
}

/** `80` → `80/tcp` */
export function withProtocol(port: string): string {
  return port.includes('/') ? port : `${port}/tcp`;
}
