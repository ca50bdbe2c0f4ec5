import { existsSync } from 'node:fs';
import { families } from '../bridge/rules.ts';
import { runCommand } from '../command.ts';

/** A host port that CNI's portmap forwards, for a container of any engine on this host. */
export interface ForwardedPort {
  protocol: string;
  hostPort: number;
  /** Empty for every address of the host. */
  hostIp: string;
  /** The container's id; empty if unknown. */
  container: string;
  /** Name of the CNI network; for Pouch's networks it is the bridge's. Empty if unknown. */
  network: string;
}

/** Reads portmap's rules: bind(2) does not detect forwarded ports, which have no listening socket. */
export async function readForwardedPorts(): Promise<ForwardedPort[]> {
  const [four, six] = await Promise.all(
    Object.values(families).map(async (command) => {
      if (command === families.ipv6 && !existsSync('/proc/sys/net/ipv6')) return '';
      return (await runCommand(command, ['-t', 'nat', '-w', '5', '-S'])).stdout;
    }),
  );
  const ofFamily = (rules: string, any: string) =>
    parseForwardedPorts(rules).map((port) => ({ ...port, hostIp: port.hostIp || any }));
  return [...ofFamily(four!, '0.0.0.0'), ...ofFamily(six!, '::')];
}

/**
 * Parses `iptables -t nat -S`: CNI-HOSTPORT-DNAT names the container of each chain CNI-DN-…, which contains the
 * ports.
 */
export function parseForwardedPorts(rules: string): ForwardedPort[] {
  const owners = new Map<string, Pick<ForwardedPort, 'network' | 'container'>>();
  const ports: DnatRule[] = [];
  for (const rule of rules.split('\n')) {
    const jump = parseJump(rule);
    if (jump) owners.set(jump.chain, jump);
    const port = parseDnat(rule);
    if (port) ports.push(port);
  }
  return ports.map(({ chain, ...port }) => {
    const { network = '', container = '' } = owners.get(chain) ?? {};
    return { ...port, network, container };
  });
}

/** Portmap's rule that jumps to the chain of a container; undefined for other rules. */
export function parseJump(rule: string): { network: string; container: string; chain: string } | undefined {
  const match =
    /^-A CNI-HOSTPORT-DNAT .*dnat name: \\?"([^"\\]+)\\?" id: \\?"([^"\\]+)\\?".* -j (CNI-DN-\w+)/.exec(rule);
  if (!match) return undefined;
  const [, network = '', container = '', chain = ''] = match;
  return { network, container, chain };
}

interface DnatRule {
  chain: string;
  protocol: string;
  hostPort: number;
  hostIp: string;
}

function parseDnat(rule: string): DnatRule | undefined {
  const match =
    /^-A (CNI-DN-\w+) (?:-d ([\d.]+|[\da-f:]+)\/(?:32|128) )?-p (\w+) .*--dport (\d+) -j DNAT/.exec(rule);
  if (!match) return undefined;
  const [, chain = '', hostIp = '', protocol = '', hostPort] = match;
  return { protocol, hostPort: Number(hostPort), hostIp, chain };
}
