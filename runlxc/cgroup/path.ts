import { normalize } from 'node:path';
import { unsupported } from '../cli/error.ts';

/**
 * Returns the path of the container's cgroup below each hierarchy's mount, with a leading slash. As in runc, a relative
 * cgroupsPath is also below the root.
 */
export function cgroupPath(cgroupsPath: string | undefined, id: string, usesSystemd: boolean): string {
  if (usesSystemd)
    throw unsupported('--systemd-cgroup', 'LXC creates its cgroups itself; use the cgroupfs driver');
  // ".." cannot leave the root of the hierarchy.
  return normalize(`/${cgroupsPath?.trim() ? cgroupsPath : id}`).replace(/\/+$/, '') || `/${id}`;
}
