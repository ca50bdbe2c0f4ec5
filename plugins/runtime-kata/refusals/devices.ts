import { field, type ContainerDraft, type RuntimeRefusal } from '../../../hooks/index.ts';
import type { KataConfig } from '../config/load.ts';

/**
 * A VM can get block devices and VFIO groups. For other character devices kata creates a node with the same numbers,
 * which is the VM's own device (kata, virtcontainers/kata_agent.go: appendDevices).
 */
export function deviceRefusals({ devices, process }: ContainerDraft, config: KataConfig): RuntimeRefusal[] {
  // All of the host's devices, none requested by name: adaptSpec.ts removes them.
  if (process.privileged) return [];
  return Object.entries(devices).flatMap(([path, { type }]) => {
    const reason = type === 'b' ? blockReason(config) : path.startsWith('/dev/vfio/') ? '' : characterReason;
    return reason ? [{ what: `${field('devices')} ${path}`, reason }] : [];
  });
}

const characterReason = 'a VM supports only block devices and VFIO groups (/dev/vfio/N) of the host';

export function blockReason({ hypervisor, path }: KataConfig): string {
  return hypervisor['disable_block_device_use'] === true ? `disable_block_device_use is set in ${path}` : '';
}
