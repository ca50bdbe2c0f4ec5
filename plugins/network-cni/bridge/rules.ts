import { existsSync } from 'node:fs';
import { PouchError } from '../../../hooks/index.ts';
import { runCommand } from '../command.ts';
import type { BridgeNetwork } from '../network.ts';

/** The command of each address family. */
export const families = { ipv4: 'iptables', ipv6: 'ip6tables' } as const;
export type Family = keyof typeof families;

/** Absent on hosts that were booted with ipv6.disable=1. */
const ipv6Stack = '/proc/sys/net/ipv6';

/**
 * The iptables rules of a bridge network: one chain per table, set once for the whole subnet, so that no container pays
 * for rules of its own (CNI's `ipMasq` and `firewall` cost 10 and 20 ms for each).
 */
interface RuleSet {
  family: Family;
  table: 'raw' | 'nat' | 'filter';
  /** The built-in chain that jumps to ours. */
  parent: string;
  rules: string[];
}

/** The chains that a bridge has on the host, for the purge. */
export const ruleChains = [
  { family: 'ipv4', table: 'raw', parent: 'PREROUTING' },
  { family: 'ipv6', table: 'raw', parent: 'PREROUTING' },
  { family: 'ipv4', table: 'nat', parent: 'POSTROUTING' },
  { family: 'ipv4', table: 'filter', parent: 'FORWARD' },
] as const satisfies Omit<RuleSet, 'rules'>[];

/** At most 21 of the 28 characters that a chain's name may have. */
export function chainName(bridge: string): string {
  return `POUCH-${bridge}`;
}

/**
 * Keeps containers away from the loopback addresses of the host. Publishing a port on 127.0.0.1 needs `route_localnet`
 * on the bridge, and with it the kernel also accepts packets *to* 127.0.0.1 that arrive there (CVE-2020-8558). The raw
 * table comes before connection tracking and before the DNAT of published ports, so replies to the host's own
 * connections pass: on the bridge they have the gateway's address.
 */
function loopbackGuard(bridge: string): RuleSet[] {
  const drop = (network: string): string[] =>
    ['-d', '-s'].map((end) => `-i ${bridge} ${end} ${network} -j DROP`);
  return [
    { family: 'ipv4', table: 'raw', parent: 'PREROUTING', rules: drop('127.0.0.0/8') },
    // The kernel drops these itself (RFC 4291, 2.5.3); IPv4-mapped ones too, as no interface has them.
    { family: 'ipv6', table: 'raw', parent: 'PREROUTING', rules: drop('::1/128') },
  ];
}

function ruleSets(network: BridgeNetwork): RuleSet[] {
  const { bridge, subnet } = network;
  const masquerade = network.ipMasq ? [`-s ${subnet} ! -o ${bridge} -j MASQUERADE`] : [];
  return [
    ...loopbackGuard(bridge),
    { family: 'ipv4', table: 'nat', parent: 'POSTROUTING', rules: masquerade },
    {
      family: 'ipv4',
      table: 'filter',
      parent: 'FORWARD',
      // Without effect under the kernel's default policy; Docker, ufw and others set it to DROP.
      rules: [
        `-o ${bridge} -m conntrack --ctstate RELATED,ESTABLISHED,DNAT -j ACCEPT`,
        `-i ${bridge} -j ACCEPT`,
      ],
    },
  ];
}

/**
 * Sets the rules; done again, it changes nothing.
 * @throws PCH_CNI_FAILED
 */
export async function ensureRules(network: BridgeNetwork): Promise<void> {
  await setRules(network.bridge, ruleSets(network));
}

/**
 * Sets only the rules that protect the host's loopback, for a bridge whose network is not known any more.
 * @throws PCH_CNI_FAILED
 */
export async function ensureLoopbackGuard(bridge: string): Promise<void> {
  await setRules(bridge, loopbackGuard(bridge));
}

/** Whether the host's loopback is protected; a firewall that was flushed or reloaded has lost the rules. */
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
    // One transaction per table: no other process ever sees half of the rules.
    await iptables(`${families[family]}-restore`, ['--noflush', '--wait', '5'], inputs.join(''));
  };
  await Promise.all([...new Set(sets.map(({ family }) => family))].map(restore));
}

function supported(sets: RuleSet[]): RuleSet[] {
  return existsSync(ipv6Stack) ? sets : sets.filter(({ family }) => family !== 'ipv6');
}

/** The rule in the built-in chain that leads to ours. */
export function jumpRule(bridge: string): string[] {
  return ['-m', 'comment', '--comment', `pouch network ${bridge}`, '-j', chainName(bridge)];
}

async function hasJump(set: RuleSet, bridge: string): Promise<boolean> {
  const check = ['-t', set.table, '-w', '5', '-C', set.parent, ...jumpRule(bridge)];
  // 1 and 2 both say that it is not there: no such rule, no such chain.
  return (await exitCodeOf(families[set.family], check)) === 0;
}

function restoreInput(set: RuleSet, bridge: string, jumps: boolean): string {
  const chain = chainName(bridge);
  // Naming the chain empties it.
  const lines = [`*${set.table}`, `:${chain} - [0:0]`, ...set.rules.map((rule) => `-A ${chain} ${rule}`)];
  // In front, so that a closing REJECT of a firewall does not hide it.
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
    `${file} refused the rules of the bridge: ${outcome.stderr.trim()}`,
    {
      hint: 'Look at `iptables-save`; with network.ipMasq: false the nat table stays as it is.',
    },
  );
}

function missing(cause: unknown): PouchError {
  return new PouchError('PCH_CNI_FAILED', 'iptables cannot be run, and the bridge network needs it', {
    hint: 'Install it (Debian: apt-get install iptables), or use --network none or host.',
    cause,
  });
}
