import { rm } from 'node:fs/promises';
import { runCommand } from '../command.ts';
import { removeTables } from '../isolation/nft.ts';
import { settleAll } from '../settleAll.ts';
import { type HostLink, ip, readLinks } from './host.ts';
import { removeRules } from './removeRules.ts';
import { families, type Family } from './rules.ts';

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
  /** The host's interfaces, if they are known. */
  links?: HostLink[];
  /** Also removes the chains that all CNI networks of the host share, unless they contain rules of containers. */
  shared?: boolean;
}

/**
 * Removes a bridge network from the host: the interface, its iptables rules, the rules of containers that were not
 * detached, and the leases. To be used when neither the daemon nor its containers run. Idempotent.
 * @throws PCH_CNI_FAILED
 */
export async function purgeNetwork(options: PurgeOptions): Promise<void> {
  const { bridge, ipamDir, links = await readLinks(), shared = false } = options;
  const exists = links.some(({ name, kind }) => name === bridge && kind === 'bridge');
  // The kernel waits some 40 ms for readers of either.
  await settleAll([
    ...(exists ? [ip(['link', 'delete', bridge])] : []),
    removeRules(bridge),
    removeTables(bridge),
  ]);
  if (shared)
    for (const table of ['nat', 'filter'] as const)
      for (const family of Object.keys(families) as Family[]) await removeSharedChains(table, family);
  if (ipamDir !== undefined) await rm(ipamDir, { recursive: true, force: true });
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

async function rulesOf(table: string, family: Family): Promise<string[]> {
  const { stdout } = await runCommand(families[family], ['-t', table, '-w', '5', '-S']);
  return stdout.split('\n');
}
