import { existsSync } from 'node:fs';
import { field, PouchError } from '../../../hooks/index.ts';
import { runCommand } from '../command.ts';
import type { BridgeNetwork } from '../network.ts';

/** The command of each address family. */
export const families = { ipv4: 'iptables', ipv6: 'ip6tables' } as const;
export type Family = keyof typeof families;

/** Does not exist on hosts booted with ipv6.disable=1. */
const ipv6Stack = '/proc/sys/net/ipv6';

/**
 * The iptables rules of a bridge network: one chain per table for the whole subnet, which avoids the cost of rules per
 * container (CNI's `ipMasq` takes 10 ms and `firewall` 20 ms for each).
 */
interface RuleSet {
  family: Family;
  table: 'raw' | 'mangle' | 'nat' | 'filter';
  /** The built-in chain that jumps to Pouch's chain. */
  parent: string;
  rules: string[];
}

/** At most 21 characters; the limit for a chain's name is 28. */
export function chainName(bridge: string): string {
  return `POUCH-${bridge}`;
}

/**
 * Protects the host's loopback addresses from containers. Publishing a port on 127.0.0.1 needs `route_localnet` on the
 * bridge, with which the kernel also accepts packets *to* 127.0.0.1 that arrive there (CVE-2020-8558). The raw table
 * precedes connection tracking and the DNAT of published ports, so replies to the host's connections pass: on the
 * bridge they have the gateway's address.
 */
function loopbackGuard(bridge: string): RuleSet[] {
  const drop = (network: string): string[] =>
    ['-d', '-s'].map((end) => `-i ${bridge} ${end} ${network} -j DROP`);
  return [
    { family: 'ipv4', table: 'raw', parent: 'PREROUTING', rules: drop('127.0.0.0/8') },
    // The kernel drops these itself (RFC 4291, 2.5.3), and IPv4-mapped ones, which no interface has.
    { family: 'ipv6', table: 'raw', parent: 'PREROUTING', rules: drop('::1/128') },
  ];
}

/**
 * Keeps a created network apart: nothing outside opens a connection to its containers, except by published ports, and
 * they open none to containers on the daemon's own bridge, which has no such rules. The mangle table precedes the
 * filter table, where the chain of another bridge may accept a packet first.
 */
function boundary({ bridge, apart }: BridgeNetwork, family: Family): RuleSet[] {
  if (!apart) return [];
  const enclosed = [`-i ${bridge} ! -o ${bridge} -j DROP`, `-o ${bridge} ! -i ${bridge} -j DROP`];
  const uninvited = '-m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP';
  const guarded = [`-o ${bridge} ! -i ${bridge} ${uninvited}`, `-i ${bridge} -o ${apart.from} ${uninvited}`];
  const rules = apart.internal ? enclosed : guarded;
  return [{ family, table: 'mangle', parent: 'FORWARD', rules }];
}

function ruleSets(network: BridgeNetwork): RuleSet[] {
  const { bridge, subnet, ipMasq, ipv6 } = network;
  const masquerade = (from: string) => (ipMasq ? [`-s ${from} ! -o ${bridge} -j MASQUERADE`] : []);
  return [
    ...loopbackGuard(bridge),
    ...forwardingRules(network, 'ipv4', masquerade(subnet)),
    ...(ipv6 ? forwardingRules(network, 'ipv6', masquerade(ipv6.subnet)) : []),
  ];
}

function forwardingRules(network: BridgeNetwork, family: Family, masquerade: string[]): RuleSet[] {
  const { bridge } = network;
  return [
    ...boundary(network, family),
    { family, table: 'nat', parent: 'POSTROUTING', rules: masquerade },
    {
      family,
      table: 'filter',
      parent: 'FORWARD',
      // Redundant under the kernel's default policy; Docker, ufw and others change the policy to DROP.
      rules: [
        `-o ${bridge} -m conntrack --ctstate RELATED,ESTABLISHED,DNAT -j ACCEPT`,
        `-i ${bridge} -j ACCEPT`,
      ],
    },
  ];
}

/**
 * Sets the rules. Idempotent.
 * @throws PCH_CNI_FAILED
 */
export async function ensureRules(network: BridgeNetwork): Promise<void> {
  await setRules(network.bridge, ruleSets(network));
}

/**
 * Sets only the rules that protect the host's loopback, for a bridge that the configuration no longer names.
 * @throws PCH_CNI_FAILED
 */
export async function ensureLoopbackGuard(bridge: string): Promise<void> {
  await setRules(bridge, loopbackGuard(bridge));
}

/** Whether the host's loopback is protected; flushing or reloading a firewall removes the rules. */
export async function hasLoopbackGuard(bridge: string): Promise<boolean> {
  const found = await Promise.all(supported(loopbackGuard(bridge)).map((set) => hasJump(set, bridge)));
  return found.every(Boolean);
}

async function setRules(bridge: string, all: RuleSet[]): Promise<void> {
  const sets = supported(all);
  const jumps = await Promise.all(sets.map((set) => hasJump(set, bridge)));
  const restore = async (family: Family): Promise<void> => {
    const inputs = sets.map((set, n) =>
      set.family === family ? restoreInput(set, bridge, jumps[n] === true) : '',
    );
    // One transaction per table: other processes never see part of the rules.
    await iptables(`${families[family]}-restore`, ['--noflush', '--wait', '5'], inputs.join(''));
  };
  await Promise.all([...new Set(sets.map(({ family }) => family))].map(restore));
}

function supported(sets: RuleSet[]): RuleSet[] {
  return existsSync(ipv6Stack) ? sets : sets.filter(({ family }) => family !== 'ipv6');
}

/** The rule in the built-in chain that jumps to Pouch's chain. */
export function jumpRule(bridge: string): string[] {
  return ['-m', 'comment', '--comment', `pouch network ${bridge}`, '-j', chainName(bridge)];
}

async function hasJump(set: RuleSet, bridge: string): Promise<boolean> {
  const check = ['-t', set.table, '-w', '5', '-C', set.parent, ...jumpRule(bridge)];
  // Exit code 1 means no such rule, 2 no such chain.
  return (await exitCodeOf(families[set.family], check)) === 0;
}

function restoreInput(set: RuleSet, bridge: string, jumps: boolean): string {
  const chain = chainName(bridge);
  // Declaring the chain flushes it.
  const lines = [`*${set.table}`, `:${chain} - [0:0]`, ...set.rules.map((rule) => `-A ${chain} ${rule}`)];
  // First in the chain, so that a final REJECT of a firewall does not shadow it.
  if (!jumps) lines.push(`-I ${set.parent} 1 ${quoted(jumpRule(bridge))}`);
  return [...lines, 'COMMIT', ''].join('\n');
}

function quoted(words: string[]): string {
  return words.map((word) => (word.includes(' ') ? `"${word}"` : word)).join(' ');
}

async function exitCodeOf(file: string, args: string[]): Promise<number> {
  try {
    return (await runCommand(file, args)).exitCode;
  } catch (error) {
    throw missing(error);
  }
}

async function iptables(file: string, args: string[], input: string): Promise<void> {
  const outcome = await runCommand(file, args, { input }).catch((error: unknown) => {
    throw missing(error);
  });
  if (outcome.exitCode === 0) return;
  throw new PouchError(
    'PCH_CNI_FAILED',
    `${file} rejected the rules of the bridge: ${outcome.stderr.trim()}`,
    {
      hint: 'check `iptables-save`; with network.ipMasq: false Pouch does not change the nat table',
    },
  );
}

function missing(cause: unknown): PouchError {
  return new PouchError('PCH_CNI_FAILED', 'the bridge network requires iptables, which cannot be executed', {
    hint: `install it (Debian: apt-get install iptables), or use ${field('network.mode')} none or host`,
    cause,
  });
}
