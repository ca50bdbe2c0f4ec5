import { isIPv6 } from 'node:net';
import { PouchError } from '../../../hooks/index.ts';
import { families } from '../bridge/rules.ts';
import { runCommand } from '../command.ts';
import { parseJump } from './forwarded.ts';

/**
 * Removes the rules of one port from portmap's chain of a container; those of its other ports stay, and the jump to the
 * chain, which leads to nothing for this port. Does nothing if they are gone.
 * @throws PCH_CNI_FAILED
 */
export async function removeForwarded(
  network: string,
  container: string,
  port: { protocol: string; hostPort: number; hostIp: string },
): Promise<void> {
  for (const command of commandsOf(port.hostIp)) {
    const chain = await chainOf(command, network, container);
    if (chain === undefined) continue;
    const { stdout } = await iptables(command, ['-S', chain]);
    for (const rule of stdout.split('\n').filter((line) => isOf(line, port)))
      await iptables(command, ['-D', ...rule.split(' ').slice(1)]);
  }
}

/** An empty address is that of all, of both families. */
function commandsOf(hostIp: string): string[] {
  if (hostIp === '') return Object.values(families);
  return [isIPv6(hostIp) ? families.ipv6 : families.ipv4];
}

/** Undefined if the container has none, or portmap has forwarded nothing on this host yet. */
async function chainOf(command: string, network: string, container: string): Promise<string | undefined> {
  const { stdout } = await runCommand(command, ['-t', 'nat', '-w', '5', '-S', 'CNI-HOSTPORT-DNAT']);
  const jumps = stdout.split('\n').flatMap((rule) => parseJump(rule) ?? []);
  return jumps.find((jump) => jump.network === network && jump.container === container)?.chain;
}

function isOf(rule: string, port: { protocol: string; hostPort: number; hostIp: string }): boolean {
  const [, address = ''] = / -d ([\d.]+|[\da-f:]+)\/(?:32|128) /.exec(rule) ?? [];
  const isAny = ['', '0.0.0.0', '::'].includes(port.hostIp);
  return (
    rule.includes(` -p ${port.protocol} `) &&
    rule.includes(` --dport ${port.hostPort} `) &&
    address === (isAny ? '' : port.hostIp)
  );
}

async function iptables(command: string, args: string[]): Promise<{ stdout: string }> {
  const { exitCode, stdout, stderr } = await runCommand(command, ['-t', 'nat', '-w', '5', ...args]);
  if (exitCode === 0) return { stdout };
  throw new PouchError('PCH_CNI_FAILED', `${command} failed at ${args.join(' ')}: ${stderr.trim()}`, {
    hint: 'check `iptables-save`',
  });
}
