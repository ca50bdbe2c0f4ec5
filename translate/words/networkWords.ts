import type { EndpointRequest, NetworkRequest, PortRequest } from '../../hooks/index.ts';
import type { Words } from './runOptions.ts';
import { withoutEmpty } from './texts.ts';

/** The words for the networks of a container: those of options such as `ip` are about the first one. */
export function networkWords({ mode, ports = [], exposed = [], ...network }: NetworkRequest): Words {
  const { driverOpts, endpoints = [] } = network;
  const [first, ...others] = [{ network: mode || 'default', driverOpts }, ...endpoints].map(endpointWords);
  const published = new Set(ports.map(({ containerPort, protocol }) => `${containerPort}/${protocol}`));
  return {
    network: others.length > 0 ? [first, ...others] : mode && first,
    publish: ports.map(portText),
    'publish-all': network.publishAll,
    expose: exposed.filter((port) => !published.has(port)).map((port) => port.replace(/\/tcp$/, '')),
    ip: network.ip,
    ip6: network.ip6,
    'mac-address': network.mac,
    'network-alias': network.aliases,
    link: network.links?.map(linkText),
    dns: network.dns,
    'dns-search': network.dnsSearch,
    'dns-option': network.dnsOptions,
    'add-host': network.extraHosts,
    'disable-network-files': network.withoutFiles,
  };
}

/** The name of a network, or a map of what the container has in it. */
function endpointWords({ network, ...endpoint }: EndpointRequest): unknown {
  const words = withoutEmpty({
    name: network,
    alias: endpoint.aliases,
    ip: endpoint.ip,
    ip6: endpoint.ip6,
    'mac-address': endpoint.mac,
    link: endpoint.links?.map(linkText),
    'driver-opt': endpoint.driverOpts,
  });
  return Object.keys(words).length === 1 ? network : words;
}

/** A link under its own name needs no alias. */
function linkText(link: string): string {
  return link.replace(/^([^:]*):\1$/, '$1');
}

function portText({ containerPort, protocol, hostIp, hostPort }: PortRequest): string {
  const address = hostIp === undefined ? [] : [hostIp.includes(':') ? `[${hostIp}]` : hostIp];
  const host = hostPort === undefined ? (hostIp === undefined ? [] : ['']) : [String(hostPort)];
  const text = [...address, ...host, String(containerPort)].join(':');
  return protocol === 'tcp' ? text : `${text}/${protocol}`;
}
