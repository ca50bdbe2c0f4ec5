/** A container's ports and network endpoints in Docker's form. */
import { createHash } from 'node:crypto';
import type { EndpointSettings, NetworkSettings, PortMap, PortSummary } from '../../../../client/wire.ts';
import { networkAttachments, type ContainerRecord, type NetworkAttachment } from '../../../../hooks/index.ts';

/** Networks have no ids in Pouch; clients expect 64 hex digits that do not change. */
export function networkId(name: string): string {
  return createHash('sha256').update(`network ${name}`).digest('hex');
}

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
  const first = Object.values(networks)[0] ?? endpoint(record, undefined, '');
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
    IPv6Gateway: '',
    MacAddress: first.MacAddress ?? '',
    Networks: networks,
  };
}

/** By network; the endpoint of a stopped container has no addresses. */
export function endpoints(record: ContainerRecord): Record<string, EndpointSettings> {
  const attached = networkAttachments(record);
  if (attached.length > 0)
    return Object.fromEntries(attached.map((one) => [one.network, endpoint(record, one, one.network)]));
  const mode = networkMode(record);
  return mode.startsWith('container:') ? {} : { [mode]: endpoint(record, undefined, mode) };
}

function endpoint(
  record: ContainerRecord,
  attachment: NetworkAttachment | undefined,
  network: string,
): EndpointSettings {
  const ipv6 = attachment?.ip?.includes(':') ?? false;
  return {
    IPAMConfig: null,
    Links: null,
    Aliases: null,
    MacAddress: attachment?.mac ?? '',
    DriverOpts: null,
    NetworkID: network ? networkId(network) : '',
    EndpointID: attachment ? endpointId(record.id, attachment) : '',
    Gateway: ipv6 ? '' : (attachment?.gateway ?? ''),
    IPAddress: ipv6 ? '' : (attachment?.ip ?? ''),
    IPPrefixLen: ipv6 ? 0 : (attachment?.prefixLength ?? 0),
    IPv6Gateway: ipv6 ? (attachment?.gateway ?? '') : '',
    GlobalIPv6Address: ipv6 ? (attachment?.ip ?? '') : '',
    GlobalIPv6PrefixLen: ipv6 ? (attachment?.prefixLength ?? 0) : 0,
  };
}

function endpointId(container: string, attachment: NetworkAttachment): string {
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
