import { normalize } from 'node:path';
import { unsupported } from '../cli/error.ts';

/**
 * Where the container's cgroup is, below each hierarchy's mount; begins with a slash. A relative cgroupsPath is below the
 * root too, as runc has it.
 */
export function cgroupPath(cgroupsPath: string | undefined, id: string, usesSystemd: boolean): string {
  if (usesSystemd)
    throw unsupported('--systemd-cgroup', 'LXC makes its cgroups itself; use the cgroupfs driver');
  // ".." ends at the root of the hierarchy.
  return normalize(`/${cgroupsPath?.trim() ? cgroupsPath : id}`).replace(/\/+$/, '') || `/${id}`;
}
