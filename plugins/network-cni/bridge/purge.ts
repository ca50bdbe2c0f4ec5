import { rm } from 'node:fs/promises';
import { runCommand } from '../command.ts';
import { removeTables } from '../isolation/nft.ts';
import { readHostNetwork, ip } from './host.ts';
import { chainName, families, type Family, jumpRule, ruleChains } from './rules.ts';

/** The chain that CNI's portmap plugin uses for all containers of the host. */
const portmapChain = 'CNI-HOSTPORT-DNAT';

/** Chains that all CNI users on the host share; removed only on request, and only if unused. */
const sharedChains = {
  nat: {
    probe: portmapChain,
    jumps: [
      ['PREROUTING', '-m', 'addrtype', '--dst-type', 'LOCAL', '-j', portmapChain],
      ['OUTPUT', '-m', 'addrtype', '--dst-type', 'LOCAL', '-j', portmapChain],
      [
        'POSTROUTING',
        '-m',
        'comment',
        '--comment',
        'CNI portfwd requiring masquerade',
        '-j',
        'CNI-HOSTPORT-MASQ',
      ],
    ],
    chains: [portmapChain, 'CNI-HOSTPORT-MASQ', 'CNI-HOSTPORT-SETMARK'],
  },
  filter: {
    probe: 'CNI-FORWARD',
    jumps: [['FORWARD', '-m', 'comment', '--comment', 'CNI firewall plugin rules', '-j', 'CNI-FORWARD']],
    chains: ['CNI-FORWARD', 'CNI-ADMIN'],
  },
} as const;

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
  await removeOwnChains(bridge);
  await removeTables(bridge);
  if (shared) for (const table of ['nat', 'filter'] as const) await removeSharedChains(table);
  await removeBridge(bridge);
  if (ipamDir !== undefined) await rm(ipamDir, { recursive: true, force: true });
}

/** Portmap names the network and the container in the comment of the rule that jumps to the container's chain. */
async function removeForwardedPorts(bridge: string): Promise<void> {
  const rules = await rulesOf('nat');
  for (const rule of rules.filter((line) => line.startsWith(`-A ${portmapChain} `))) {
    if (!rule.includes(`dnat name: \\"${bridge}\\" `)) continue;
    const chain = /-j (CNI-DN-\w+)$/.exec(rule)?.[1];
    await iptables('nat', ['-D', ...splitRule(rule).slice(1)]);
    if (chain) await removeChain('nat', chain);
  }
}

async function removeOwnChains(bridge: string): Promise<void> {
  for (const { family, table, parent } of ruleChains) {
    await iptables(table, ['-D', parent, ...jumpRule(bridge)], family);
    await removeChain(table, chainName(bridge), family);
  }
}

async function removeSharedChains(table: 'nat' | 'filter'): Promise<void> {
  const { probe, jumps, chains } = sharedChains[table];
  const inUse = (await rulesOf(table)).filter(
    (line) => line.startsWith(`-A ${probe} `) && !line.endsWith('-j CNI-ADMIN'),
  );
  if (inUse.length > 0) return;
  for (const jump of jumps) await iptables(table, ['-D', ...jump]);
  for (const chain of chains) await removeChain(table, chain);
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

async function rulesOf(table: string): Promise<string[]> {
  const { stdout } = await runCommand('iptables', ['-t', table, '-w', '5', '-S']);
  return stdout.split('\n');
}

/** Splits a line of `iptables -S` into arguments: words, or text in double quotes with `\"` for a quote. */
function splitRule(rule: string): string[] {
  const words = rule.match(/"(?:\\.|[^"\\])*"|\S+/g) ?? [];
  return words.map((word) => (word.startsWith('"') ? word.slice(1, -1).replaceAll('\\"', '"') : word));
}
