import { isIPv4, isIPv6 } from 'node:net';
import type { ContainerRecord } from '../../hooks/engine.ts';
import { networkAttachments } from '../../hooks/networkAttachments.ts';

/** A port that the proxy listens on. */
export interface ProxiedPort {
  protocol: string;
  /** Of the host. */
  address: string;
  hostPort: number;
  /** Address of the container. */
  target: string;
  containerPort: number;
}

/** The ports of one container. */
export interface ProxyEntry {
  container: string;
  name: string;
  ports: ProxiedPort[];
}

/** What the proxy listens on for a container that is attached: what its network driver leaves to it. */
export function proxyEntryOf(record: Pick<ContainerRecord, 'id' | 'name' | 'attachments'>): ProxyEntry {
  const ports = networkAttachments(record).flatMap(({ ip: target, ports: published }) =>
    published.flatMap(({ proxied: address, protocol, hostPort, containerPort }) =>
      address !== undefined && target !== undefined && isOfContainer(target)
        ? [{ protocol, address, hostPort, target, containerPort }]
        : [],
    ),
  );
  return { container: record.id, name: record.name, ports };
}

/** A driver may be a plugin that is not trusted: no port leads to the host's loopback. */
function isOfContainer(address: string): boolean {
  if (isIPv4(address)) return !/^(?:0|127|22[4-9]|23\d|24\d|25[0-5])\./.test(address);
  return isIPv6(address) && !/^(?:::|ff|0*:)/i.test(address);
}
