import type { RuntimeFinding } from '../../../hooks/index.ts';
import type { KataConfig } from '../config/load.ts';
import { type Host, mayUse } from '../host.ts';
import { bad, good } from './finding.ts';

const device = '/dev/vhost-vsock';

/**
 * Only QEMU communicates with its guest by the kernel's vsock; others provide a Unix socket (kata, design/VSocks.md).
 */
export async function vsockFinding(
  host: Host,
  { hypervisorName, hypervisor }: KataConfig,
  major: number,
): Promise<RuntimeFinding> {
  if (hypervisorName !== 'qemu') return good('vhost-vsock', `not needed by ${hypervisorName}`);
  if (major === 1 && hypervisor['use_vsock'] !== true) return good('vhost-vsock', 'use_vsock is off');
  if (await mayUse(host, device)) return good('vhost-vsock', device);
  return bad(
    'vhost-vsock',
    `${device} does not exist or cannot be opened`,
    'modprobe vhost_vsock && echo vhost_vsock > /etc/modules-load.d/kata.conf',
  );
}
