import { statfsSync } from 'node:fs';

/** Magic number of cgroup2fs, linux/magic.h. */
const cgroup2 = 0x63677270;

/** Mount point of the v2 hierarchy on hosts with cgroup v1 (systemd, "hybrid" setup). */
export const unified = '/sys/fs/cgroup/unified';

/** Whether the host has a cgroup v2 hierarchy beside those of v1. */
export function hasHybridCgroups(mount = unified): boolean {
  try {
    return statfsSync(mount).type === cgroup2;
  } catch {
    return false;
  }
}
