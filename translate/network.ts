/** Translates the network: mode, ports, names, fixed addresses. */
import type { ContainerCreateRequest, EndpointSettings } from '../client/wire.ts';
import { type NetworkRequest, type NewEndpoint, PouchError } from '../hooks/index.ts';
import { isIP } from 'node:net';
import { type Asked, given } from './asked.ts';
import { invalid } from './invalid.ts';
import { exposedPorts, publishedPorts } from './ports.ts';
import type { Warn } from './warnings.ts';

/** @throws PCH_OPTION_INVALID, PCH_CONFLICT */
export function networkOf(body: ContainerCreateRequest, warn: Warn, asked: Asked): NetworkRequest {
  const host = body.HostConfig ?? {};
  const entries = Object.entries(body.NetworkingConfig?.EndpointsConfig ?? {});
  // Names that are numbers come first in an object.
  const named = entries.find(([name]) => name === 'default') ?? entries[0];
  const mode = modeOf(body, named?.[0]);
  const first = entries.find(([name]) => name === (mode || 'default'));
  const others = entries.filter((one) => one !== first);
  refuseConflicts(body, mode);
  const endpoint = first && endpointOf(...first);
  const links = [...new Set([...linksOf(host.Links), ...(endpoint?.links ?? [])])];
  const mac = macOf(body.MacAddress);
  return {
    mode,
    ports: portsFor(mode, body, warn),
    publishAll: given(host.PublishAllPorts, asked),
    exposed: exposedPorts(body),
    dns: addresses(host.Dns),
    dnsSearch: searchDomains(host.DnsSearch),
    dnsOptions: resolverOptions(host.DnsOptions),
    extraHosts: extraHosts(host.ExtraHosts),
    ...(given(body.DisableNetworkFiles, asked) && { withoutFiles: true }),
    ...(mac && { mac }),
    ...endpoint,
    ...(links.length > 0 && { links }),
    ...(others.length > 0 && {
      endpoints: others.map(([name, one]) => ({ network: name, ...endpointOf(name, one) })),
    }),
  };
}

/** What a container gets in one network. @throws PCH_OPTION_INVALID */
export function endpointOf(network: string, endpoint: EndpointSettings | null): NewEndpoint {
  const ip = fixedAddress(network, endpoint, 'IPv4Address');
  const ip6 = fixedAddress(network, endpoint, 'IPv6Address');
  const mac = macOf(endpoint?.MacAddress);
  const { Aliases, DriverOpts } = endpoint ?? {};
  const links = linksOf(endpoint?.Links, network);
  return {
    ...(ip && { ip }),
    ...(ip6 && { ip6 }),
    ...(mac && { mac }),
    ...(Aliases?.length && { aliases: [...new Set(Aliases)] }),
    ...(links.length > 0 && { links }),
    ...(DriverOpts && Object.keys(DriverOpts).length > 0 && { driverOpts: DriverOpts }),
  };
}

/** `NAME`, `NAME:ALIAS`, or as inspect shows them: `/NAME:/CONTAINER/ALIAS`. */
function linksOf(list: string[] | null | undefined, network?: string): string[] {
  const member =
    network === undefined
      ? 'HostConfig.Links'
      : (`NetworkingConfig.EndpointsConfig["${network}"].Links` as const);
  return (list ?? []).map((link, index) => {
    const [, name = '', alias = name] = /^\/?([\w.-]+)(?::(?:\/[\w.-]+\/)?([\w.-]+))?$/.exec(link) ?? [];
    if (name === '') throw invalid(`${member}[${index}]`, 'NAME or NAME:ALIAS', link);
    return `${name}:${alias}`;
  });
}

/** Empty: what `network.default` of pouchd.yaml says. */
function modeOf(body: ContainerCreateRequest, endpoint: string | undefined): string {
  if (body.NetworkDisabled) return 'none';
  const asked = body.HostConfig?.NetworkMode || 'default';
  const mode = asked === 'default' ? (endpoint ?? 'default') : asked;
  return mode === 'default' ? '' : mode;
}

/** Refuses options that conflict with the host's network, or another container's. */
function refuseConflicts(body: ContainerCreateRequest, mode: string): void {
  const isShared = mode === 'host' || mode.startsWith('container:');
  if (isShared && body.HostConfig?.Links?.length)
    throw conflict(
      `${mode === 'host' ? 'host' : 'container'} type network cannot be used with links`,
      'leave out the links: the names of that network hold',
    );
  if (!mode.startsWith('container:')) return;
  if (mode === 'container:') throw invalid('HostConfig.NetworkMode', 'container:NAME', mode);
  if (Object.keys(body.HostConfig?.PortBindings ?? {}).length > 0)
    throw conflict(
      'port publishing and the container type network mode',
      'publish the ports on that container',
    );
  if (body.Hostname)
    throw conflict('hostname and the network mode', 'the container uses the hostname of the other container');
}

function conflict(what: string, hint: string): PouchError {
  return new PouchError('PCH_OPTION_INVALID', `conflicting options: ${what}`, { hint });
}

function portsFor(mode: string, body: ContainerCreateRequest, warn: Warn): NetworkRequest['ports'] {
  const ports = publishedPorts(body);
  if (ports.length === 0 || (mode !== 'host' && mode !== 'none')) return ports;
  warn(`Published ports are discarded when using ${mode} network mode`);
  return [];
}

function addresses(list: string[] | null | undefined): string[] | undefined {
  for (const [index, address] of (list ?? []).entries())
    if (isIP(address) === 0) throw invalid(`HostConfig.Dns[${index}]`, 'an IP address', address);
  return list ?? undefined;
}

/** Each is a word of resolv.conf(5); `.` alone stands for no domain. */
function searchDomains(list: string[] | null | undefined): string[] | undefined {
  for (const [index, domain] of (list ?? []).entries())
    if (!/^(\.|[A-Za-z0-9_][A-Za-z0-9_.-]{0,252})$/.test(domain))
      throw invalid(`HostConfig.DnsSearch[${index}]`, 'a domain, or . for no domain', domain);
  return list ?? undefined;
}

/** As dockerd, empty ones are left out. */
function resolverOptions(list: string[] | null | undefined): string[] | undefined {
  const all = (list ?? []).filter((option) => option !== '');
  for (const [index, option] of all.entries())
    if (!/^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(option) || option.length > 255)
      throw invalid(`HostConfig.DnsOptions[${index}]`, 'an option of resolv.conf, such as ndots:2', option);
  return list ? all : undefined;
}

/** `HOST:IP`; the address may contain colons. */
function extraHosts(list: string[] | null | undefined): Record<string, string> | undefined {
  return list ? Object.fromEntries(list.map(extraHost)) : undefined;
}

function extraHost(entry: string, index: number): [string, string] {
  const [, name, address = ''] = /^([^:=\s]+)[:=](.+)$/.exec(entry) ?? [];
  const bare = address.replace(/^\[(.*)\]$/, '$1');
  if (!name || (isIP(bare) === 0 && bare !== 'host-gateway'))
    throw invalid(`HostConfig.ExtraHosts[${index}]`, 'HOST:IP', entry);
  return [name, bare];
}

function fixedAddress(
  name: string,
  endpoint: EndpointSettings | null,
  kind: 'IPv4Address' | 'IPv6Address',
): string | undefined {
  const address = endpoint?.IPAMConfig?.[kind];
  if (!address) return undefined;
  if (isIP(address) !== (kind === 'IPv4Address' ? 4 : 6))
    throw invalid(
      `NetworkingConfig.EndpointsConfig["${name}"].IPAMConfig.${kind}`,
      kind === 'IPv4Address' ? 'an IPv4 address' : 'an IPv6 address',
      address,
    );
  return address;
}

function macOf(address: string | null | undefined): string | undefined {
  if (!address) return undefined;
  // An odd first octet is a group's (IEEE 802), which no interface can have.
  if (!/^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$/i.test(address))
    throw invalid('MacAddress', 'six octets, the first of them even, such as 02:42:ac:11:00:02', address);
  return address.toLowerCase();
}
