import { rm } from 'node:fs/promises';
import { runCommand } from '../command.ts';
import { removeTables } from '../isolation/nft.ts';
import { parseJump } from '../ports/forwarded.ts';
import { readHostNetwork, ip } from './host.ts';
import { chainName, families, type Family, jumpRule, ruleChains } from './rules.ts';

/** The chain that CNI's portmap plugin uses for all containers of the host. */
const portmapChain = 'CNI-HOSTPORT-DNAT';

/** Chains that all CNI users on the host share; removed only on request, and only if unused. */
const sharedChains = {
  nat: { chains: [portmapChain, 'CNI-HOSTPORT-MASQ', 'CNI-HOSTPORT-SETMARK'], holdsContainers: portmapChain },
  filter: { chains: ['CNI-FORWARD', 'CNI-ADMIN'], holdsContainers: 'CNI-FORWARD' },
};

export interface PurgeOptions {
  /** Name of the bridge interface. */
  bridge: string;
  /** Directory of host-local's leases of this network. */
  ipamDir?: string;
  /** Also removes the chains that all CNI networks of the host share, unless they contain rules of containers. */
  shared?: boolean;
}

/**
 * Removes a bridge network from the host: the interface, its iptables rules, the rules of containers that were not
 * detached, and the leases. To be used when neither the daemon nor its containers run. Idempotent.
 */
export async function purgeNetwork({ bridge, ipamDir, shared = false }: PurgeOptions): Promise<void> {
  await removeForwardedPorts(bridge);
  // First: a daemon that has just started sets rules for the bridges that exist.
  await removeBridge(bridge);
  await removeOwnChains(bridge);
  await removeTables(bridge);
  if (shared)
    for (const table of ['nat', 'filter'] as const)
      for (const family of Object.keys(families) as Family[]) await removeSharedChains(table, family);
  if (ipamDir !== undefined) await rm(ipamDir, { recursive: true, force: true });
}

async function removeForwardedPorts(bridge: string): Promise<void> {
  await Promise.all((Object.keys(families) as Family[]).map((family) => removeForwardedOf(bridge, family)));
}

async function removeForwardedOf(bridge: string, family: Family): Promise<void> {
  for (const rule of await rulesOf('nat', family)) {
    const jump = parseJump(rule);
    if (jump?.network !== bridge) continue;
    await iptables('nat', ['-D', ...splitRule(rule).slice(1)], family);
    await removeChain('nat', jump.chain, family);
  }
}

/** The rules of a bridge. Idempotent. */
export async function removeOwnChains(bridge: string): Promise<void> {
  await Promise.all((Object.keys(families) as Family[]).map((family) => removeChainsOf(bridge, family)));
}

async function removeChainsOf(bridge: string, wanted: Family): Promise<void> {
  for (const { family, table, parent } of ruleChains.filter((one) => one.family === wanted)) {
    await iptables(table, ['-D', parent, ...jumpRule(bridge)], family);
    await removeChain(table, chainName(bridge), family);
  }
}

/**
 * In one transaction, which the kernel rejects if a chain has a rule of a container: another engine may attach one at
 * this moment. Without its jumps a chain would forward nothing, and no error would say so.
 */
async function removeSharedChains(table: 'nat' | 'filter', family: Family): Promise<void> {
  const { chains, holdsContainers } = sharedChains[table];
  const rules = await rulesOf(table, family);
  const found = chains.filter((chain) => rules.includes(`-N ${chain}`));
  if (found.length === 0) return;
  const jumps = rules.filter(
    (rule) => !rule.startsWith('-A CNI-DN-') && found.some((chain) => rule.endsWith(` -j ${chain}`)),
  );
  const input = [
    `*${table}`,
    ...jumps.map((rule) => rule.replace('-A', '-D')),
    ...found.filter((chain) => chain !== holdsContainers).map((chain) => `-F ${chain}`),
    ...found.map((chain) => `-X ${chain}`),
    'COMMIT',
    '',
  ];
  await runCommand(`${families[family]}-restore`, ['--noflush', '--wait', '5'], { input: input.join('\n') });
}

async function removeBridge(bridge: string): Promise<void> {
  const { links } = await readHostNetwork();
  if (links.some(({ name, kind }) => name === bridge && kind === 'bridge'))
    await ip(['link', 'delete', bridge]);
}

async function removeChain(table: string, chain: string, family?: Family): Promise<void> {
  await iptables(table, ['-F', chain], family);
  await iptables(table, ['-X', chain], family);
}

/** Ignores the exit code: a missing rule or chain is the desired state. */
async function iptables(table: string, args: string[], family: Family = 'ipv4'): Promise<void> {
  await runCommand(families[family], ['-t', table, '-w', '5', ...args]);
}

async function rulesOf(table: string, family: Family = 'ipv4'): Promise<string[]> {
  const { stdout } = await runCommand(families[family], ['-t', table, '-w', '5', '-S']);
  return stdout.split('\n');
}

/** Splits a line of `iptables -S` into arguments: words, or text in double quotes with `\"` for a quote. */
function splitRule(rule: string): string[] {
  const words = rule.match(/"(?:\\.|[^"\\])*"|\S+/g) ?? [];
  return words.map((word) => (word.startsWith('"') ? word.slice(1, -1).replaceAll('\\"', '"') : word));
}
