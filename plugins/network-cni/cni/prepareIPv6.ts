import { PouchError } from '../../../hooks/index.ts';
import { runCommand } from '../command.ts';

/**
 * Of interfaces that are added later. Their addresses are leased, so nothing waits for the detection of duplicates, and
 * other containers give them no addresses and routes (CVE-2020-10749).
 */
const settings = ['disable_ipv6=0', 'accept_dad=0', 'accept_ra=0'];

/** Prepares a network namespace for IPv6. @throws PCH_CNI_FAILED */
export async function prepareIPv6(netns: string, signal: AbortSignal): Promise<void> {
  const values = settings.map((setting) => `net.ipv6.conf.default.${setting}`);
  const { exitCode, stderr } = await runCommand('nsenter', [`--net=${netns}`, 'sysctl', '-qw', ...values], {
    signal,
  });
  if (exitCode === 0) return;
  throw new PouchError('PCH_CNI_FAILED', `cannot prepare IPv6 in a network namespace: ${stderr.trim()}`, {
    hint: 'check that the kernel has IPv6 (/proc/sys/net/ipv6)',
  });
}
