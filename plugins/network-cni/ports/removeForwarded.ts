import { PouchError } from '../../../hooks/index.ts';
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
  const chain = await chainOf(network, container);
  if (chain === undefined) return;
  const { stdout } = await iptables(['-S', chain]);
  for (const rule of stdout.split('\n').filter((line) => isOf(line, port)))
    await iptables(['-D', ...rule.split(' ').slice(1)]);
}

/** Undefined if the container has none, or portmap has forwarded nothing on this host yet. */
async function chainOf(network: string, container: string): Promise<string | undefined> {
  const { stdout } = await runCommand('iptables', ['-t', 'nat', '-w', '5', '-S', 'CNI-HOSTPORT-DNAT']);
  const jumps = stdout.split('\n').flatMap((rule) => parseJump(rule) ?? []);
  return jumps.find((jump) => jump.network === network && jump.container === container)?.chain;
}

function isOf(rule: string, port: { protocol: string; hostPort: number; hostIp: string }): boolean {
  const [, address = ''] = / -d ([\d.]+)\/32 /.exec(rule) ?? [];
  const isAny = port.hostIp === '' || port.hostIp === '0.0.0.0';
  return (
    rule.includes(` -p ${port.protocol} `) &&
    rule.includes(` --dport ${port.hostPort} `) &&
    address === (isAny ? '' : port.hostIp)
  );
}

async function iptables(args: string[]): Promise<{ stdout: string }> {
  const { exitCode, stdout, stderr } = await runCommand('iptables', ['-t', 'nat', '-w', '5', ...args]);
  if (exitCode === 0) return { stdout };
  throw new PouchError('PCH_CNI_FAILED', `iptables failed at ${args.join(' ')}: ${stderr.trim()}`, {
    hint: 'check `iptables-save`',
  });
}
