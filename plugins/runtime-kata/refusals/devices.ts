import type { ContainerDraft, RuntimeRefusal } from '../../../hooks/index.ts';
import type { KataConfig } from '../config/load.ts';

/**
 * A machine gets block devices and VFIO groups. Of another character device kata makes a node with the same numbers,
 * which is the machine's own device (kata, virtcontainers/kata_agent.go: appendDevices).
 */
export function deviceRefusals({ devices, process }: ContainerDraft, config: KataConfig): RuntimeRefusal[] {
  // All of the host's, which nobody has named: they are left out of the machine (adaptSpec.ts).
  if (process.privileged) return [];
  return Object.entries(devices).flatMap(([path, { type }]) => {
    const reason = type === 'b' ? blockReason(config) : path.startsWith('/dev/vfio/') ? '' : characterReason;
    return reason ? [{ what: `--device ${path}`, reason }] : [];
  });
}

const characterReason =
  'a virtual machine takes block devices and VFIO groups (/dev/vfio/N) of the host, nothing else';

export function blockReason({ hypervisor, path }: KataConfig): string {
  return hypervisor['disable_block_device_use'] === true ? `disable_block_device_use is set in ${path}` : '';
}
