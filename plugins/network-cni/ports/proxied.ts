/** Ports of IPv6 on the host that no rule of the kernel forwards: Pouch's proxy listens on them. */
import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { invalidField, type PortRequest } from '../../../hooks/index.ts';

const anyAddress = '::';
const loopback = '::1';

/** False on hosts without IPv6, and where `disable_ipv6` is set for all interfaces. */
export function hostHasIPv6(): boolean {
  try {
    return readFileSync('/proc/net/if_inet6', 'utf8') !== '';
  } catch {
    return false;
  }
}

/**
 * The address on which the proxy listens for a port that is published on `hostIp`: the kernel translates no IPv6 to
 * IPv4, and forwards nothing from ::1.
 * @param hasIPv6 whether the container has an IPv6 address
 */
export function proxiedAddress(hostIp: string, protocol: string, hasIPv6: boolean): string | undefined {
  if (!isIPv6(hostIp) || protocol === 'sctp') return undefined;
  if (!hasIPv6) return hostIp;
  return hostIp === anyAddress || hostIp === loopback ? loopback : undefined;
}

/** @throws PCH_OPTION_INVALID for a port that neither the kernel forwards nor the proxy copies */
export function checkProxied({ hostIp = '', protocol, containerPort }: PortRequest, hasIPv6: boolean): void {
  if (!isIPv6(hostIp) || protocol !== 'sctp' || (hasIPv6 && hostIp !== loopback)) return;
  const why = hostIp === loopback ? 'the kernel forwards nothing from ::1' : 'the network has no IPv6';
  throw invalidField(
    'network.ports',
    `the port ${containerPort}/sctp cannot be published on ${hostIp}: ${why}, and Pouch copies only TCP and UDP`,
    'publish it on an IPv4 address',
  );
}
