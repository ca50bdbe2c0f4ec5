/** The nftables of a bridge whose containers are isolated: rules per network, and one element per container in their sets. */

/** What a container on the bridge cannot do: `addresses`: use those of others; `containers`: also reach others. */
export type Isolation = 'addresses' | 'containers';

/** A container's port on the bridge, and the addresses that it was given. */
export interface BridgePort {
  /** The host's end of the veth pair. */
  port: string;
  mac: string;
  ip: string;
  /** The container's id. */
  container: string;
}

export const tableFamilies = ['bridge', 'inet'] as const;

/** nft takes letters, digits and / \ _ . - after a letter. */
export function tableName(bridge: string): string {
  return `POUCH-${bridge}`;
}

/** Commands for nft: one transaction that sets the rules, whatever was there before, and adds a container to them. */
export function isolationScript(bridge: string, isolation: Isolation, member: BridgePort): string {
  const lines = [...bridgeTable(tableName(bridge)), ...inetTable(tableName(bridge), bridge)];
  return [...lines, ...elements(tableName(bridge), isolation, member), ''].join('\n');
}

/**
 * Frames, as they arrive from a container: before the bridge learns their source address, and before ARP and IP of the host
 * see them. All that is neither IPv4 nor ARP is dropped, so a container cannot pose as an IPv6 router (CVE-2020-10749).
 *
 * Between isolated containers only what is addressed to the gateway passes: with br_netfilter, the bridge itself then
 * forwards packets to published ports, and their replies.
 */
function bridgeTable(name: string): string[] {
  const table = `bridge ${name}`;
  return [
    `add table ${table}`,
    `add set ${table} guarded { type ifname; }`,
    `add set ${table} isolated { type ifname; }`,
    `add set ${table} isolatedMacs { type ether_addr; }`,
    `add set ${table} addresses { type ifname . ether_addr . ipv4_addr; }`,
    ...chain(table, 'prerouting', -300, [
      'iifname @isolated ether daddr @isolatedMacs drop',
      'iifname != @guarded accept',
      'iifname . ether saddr . ip saddr @addresses accept',
      // Both addresses inside the ARP packet, and the sender of the frame.
      'arp htype 1 arp ptype ip iifname . ether saddr . arp saddr ip @addresses iifname . arp saddr ether . arp saddr ip @addresses accept',
      'drop',
    ]),
    ...chain(table, 'forward', -200, [
      'iifname @isolated oifname != @isolated drop',
      'oifname @isolated iifname != @isolated drop',
      'iifname @isolated ether daddr != @isolatedMacs drop',
    ]),
  ];
}

/** Packets that one container sends to another by way of the host. Those to a published port are meant to pass. */
function inetTable(name: string, bridge: string): string[] {
  const table = `inet ${name}`;
  return [
    `add table ${table}`,
    `add set ${table} isolated { type ipv4_addr; }`,
    ...chain(table, 'forward', -1, [
      `iifname != "${bridge}" accept`,
      `oifname != "${bridge}" accept`,
      'ct status dnat accept',
      'ip saddr @isolated drop',
      'ip daddr @isolated drop',
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

function elements(name: string, isolation: Isolation, { port, mac, ip, container }: BridgePort): string[] {
  const add = (family: string, set: string, value: string): string =>
    `add element ${family} ${name} ${set} { ${value} comment "${container}" }`;
  return [
    add('bridge', 'addresses', `"${port}" . ${mac} . ${ip}`),
    add('bridge', 'guarded', `"${port}"`),
    ...(isolation === 'containers'
      ? [
          add('bridge', 'isolated', `"${port}"`),
          add('bridge', 'isolatedMacs', mac),
          add('inet', 'isolated', ip),
        ]
      : []),
  ];
}
