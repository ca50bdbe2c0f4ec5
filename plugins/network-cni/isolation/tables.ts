/** The nftables of a bridge with isolation: rules per network, and one element per container in their sets. */

import { canonicalAddress, parseCidr } from '../cidr.ts';

/** What a container on the bridge cannot do: `addresses`: use addresses of others; `containers`: also reach others. */
export type Isolation = 'addresses' | 'containers';

/** A container's port on the bridge, and its assigned addresses. */
export interface BridgePort {
  /** The host's end of the veth pair. */
  port: string;
  mac: string;
  ip: string;
  ip6?: string;
  /** The container's id. */
  container: string;
}

export const tableFamilies = ['bridge', 'inet'] as const;

/** nft accepts a letter, followed by letters, digits and / \ _ . - */
export function tableName(bridge: string): string {
  return `POUCH-${bridge}`;
}

/** Returns commands for nft: one transaction that replaces the rules and adds a container to their sets. */
export function isolationScript(bridge: string, isolation: Isolation, member: BridgePort): string {
  const lines = [...bridgeTable(tableName(bridge)), ...inetTable(tableName(bridge), bridge)];
  return [...lines, ...elements(tableName(bridge), isolation, member), ''].join('\n');
}

/**
 * Filters frames of a container before the bridge learns their source address, and before ARP and IP of the host see
 * them. Drops everything except IP and ARP, and what a router or a neighbor sends for other addresses (CVE-2020-10749).
 *
 * Between isolated containers only frames to the gateway pass: with br_netfilter, the bridge itself then forwards
 * packets to published ports, and their replies.
 */
function bridgeTable(name: string): string[] {
  const table = `bridge ${name}`;
  return [
    `add table ${table}`,
    `add set ${table} guarded { type ifname; }`,
    `add set ${table} isolated { type ifname; }`,
    `add set ${table} isolatedMacs { type ether_addr; }`,
    `add set ${table} addresses { type ifname . ether_addr . ipv4_addr; }`,
    `add set ${table} addresses6 { type ifname . ether_addr . ipv6_addr; }`,
    // The target of a neighbor advertisement (RFC 4861, section 4.4), for which nft has no name before 1.0.8.
    `add set ${table} targets6 { typeof iifname . @th,64,128; }`,
    ...chain(table, 'prerouting', -300, [
      'iifname @isolated ether daddr @isolatedMacs drop',
      'iifname != @guarded accept',
      'iifname . ether saddr . ip saddr @addresses accept',
      // Both addresses inside the ARP packet, and the sender of the frame.
      'arp htype 1 arp ptype ip iifname . ether saddr . arp saddr ip @addresses iifname . arp saddr ether . arp saddr ip @addresses accept',
      'icmpv6 type { nd-router-advert, nd-redirect } drop',
      'icmpv6 type nd-neighbor-advert iifname . @th,64,128 != @targets6 drop',
      'iifname . ether saddr . ip6 saddr @addresses6 accept',
      'drop',
    ]),
    ...chain(table, 'forward', -200, [
      'iifname @isolated oifname != @isolated drop',
      'oifname @isolated iifname != @isolated drop',
      'iifname @isolated ether daddr != @isolatedMacs drop',
    ]),
  ];
}

/** Filters packets between containers that the host routes. Packets to a published port pass. */
function inetTable(name: string, bridge: string): string[] {
  const table = `inet ${name}`;
  return [
    `add table ${table}`,
    `add set ${table} isolated { type ipv4_addr; }`,
    `add set ${table} isolated6 { type ipv6_addr; }`,
    ...chain(table, 'forward', -1, [
      `iifname != "${bridge}" accept`,
      `oifname != "${bridge}" accept`,
      'ct status dnat accept',
      'ip saddr @isolated drop',
      'ip daddr @isolated drop',
      'ip6 saddr @isolated6 drop',
      'ip6 daddr @isolated6 drop',
    ]),
  ];
}

function chain(table: string, hook: string, priority: number, rules: string[]): string[] {
  return [
    `add chain ${table} ${hook} { type filter hook ${hook} priority ${priority}; }`,
    `flush chain ${table} ${hook}`,
    ...rules.map((rule) => `add rule ${table} ${hook} ${rule}`),
  ];
}

function elements(
  name: string,
  isolation: Isolation,
  { port, mac, ip, ip6, container }: BridgePort,
): string[] {
  const add = (family: string, set: string, value: string): string =>
    `add element ${family} ${name} ${set} { ${value} comment "${container}" }`;
  const six = ip6 === undefined ? [] : [ip6, linkLocalOf(mac)];
  return [
    add('bridge', 'addresses', `"${port}" . ${mac} . ${ip}`),
    ...six.flatMap((address) => [
      add('bridge', 'addresses6', `"${port}" . ${mac} . ${address}`),
      add('bridge', 'targets6', `"${port}" . ${numberOf(address)}`),
    ]),
    add('bridge', 'guarded', `"${port}"`),
    ...(isolation === 'containers'
      ? [
          add('bridge', 'isolated', `"${port}"`),
          add('bridge', 'isolatedMacs', mac),
          add('inet', 'isolated', ip),
          ...(ip6 === undefined ? [] : [add('inet', 'isolated6', ip6)]),
        ]
      : []),
  ];
}

/** The address that the kernel gives an interface (RFC 4291, appendix A). */
function linkLocalOf(mac: string): string {
  const [first = 0, ...bytes] = mac.split(':').map((byte) => Number.parseInt(byte, 16));
  const all = [first ^ 2, ...bytes.slice(0, 2), 0xff, 0xfe, ...bytes.slice(2)];
  const hex = all.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return canonicalAddress(`fe80::${hex.match(/.{4}/g)!.join(':')}`);
}

function numberOf(address: string): string {
  return `0x${parseCidr(address)!.base.toString(16)}`;
}
