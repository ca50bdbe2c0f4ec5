import type { NetworkRequest, PortRequest } from '../../hooks/index.ts';
import type { Words } from './runOptions.ts';

/** The words for the network of a container. Further networks have none. */
export function networkWords({ mode, ports = [], exposed = [], ...network }: NetworkRequest): Words {
  const published = new Set(ports.map(({ containerPort, protocol }) => `${containerPort}/${protocol}`));
  return {
    network: mode,
    publish: ports.map(portText),
    'publish-all': network.publishAll,
    expose: exposed.filter((port) => !published.has(port)).map((port) => port.replace(/\/tcp$/, '')),
    ip: network.ip,
    ip6: network.ip6,
    'mac-address': network.mac,
    'network-alias': network.aliases,
    link: network.links?.map((link) => link.replace(/^([^:]*):\1$/, '$1')),
    dns: network.dns,
    'dns-search': network.dnsSearch,
    'dns-option': network.dnsOptions,
    'add-host': network.extraHosts,
    'disable-network-files': network.withoutFiles,
  };
}

function portText({ containerPort, protocol, hostIp, hostPort }: PortRequest): string {
  const address = hostIp === undefined ? [] : [hostIp.includes(':') ? `[${hostIp}]` : hostIp];
  const host = hostPort === undefined ? (hostIp === undefined ? [] : ['']) : [String(hostPort)];
  const text = [...address, ...host, String(containerPort)].join(':');
  return protocol === 'tcp' ? text : `${text}/${protocol}`;
}
