import { PouchError } from '../../../hooks/index.ts';
import { runCommand } from '../command.ts';
import type { BridgeNetwork } from '../network.ts';

/**
 * The iptables rules of a bridge network: one chain per table, set once for the whole subnet, so that no container pays
 * for rules of its own (CNI's `ipMasq` and `firewall` cost 10 and 20 ms for each).
 */
interface RuleSet {
  table: 'nat' | 'filter';
  /** The built-in chain that jumps to ours. */
  parent: string;
  rules: string[];
}

/** At most 21 of the 28 characters that a chain's name may have. */
export function chainName(bridge: string): string {
  return `POUCH-${bridge}`;
}

/** What is set, and what `pouch` removes when the network is purged. */
export function ruleSets(network: BridgeNetwork): RuleSet[] {
  const { bridge, subnet } = network;
  const masquerade = network.ipMasq ? [`-s ${subnet} ! -o ${bridge} -j MASQUERADE`] : [];
  return [
    { table: 'nat', parent: 'POSTROUTING', rules: masquerade },
    {
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
  const sets = ruleSets(network);
  const jumps = await Promise.all(sets.map((set) => hasJump(set, network.bridge)));
  const input = sets.map((set, n) => restoreInput(set, network.bridge, jumps[n] === true)).join('');
  // One transaction per table: no other process ever sees half of the rules.
  await iptables('iptables-restore', ['--noflush', '--wait', '5'], input);
}

/** The rule in the built-in chain that leads to ours. */
export function jumpRule(bridge: string): string[] {
  return ['-m', 'comment', '--comment', `pouch network ${bridge}`, '-j', chainName(bridge)];
}

async function hasJump(set: RuleSet, bridge: string): Promise<boolean> {
  const check = ['-t', set.table, '-w', '5', '-C', set.parent, ...jumpRule(bridge)];
  // 1 and 2 both say that it is not there: no such rule, no such chain.
  return (await iptablesExists(check)) === 0;
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

async function iptablesExists(args: string[]): Promise<number> {
  try {
    return (await runCommand('iptables', args)).exitCode;
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
