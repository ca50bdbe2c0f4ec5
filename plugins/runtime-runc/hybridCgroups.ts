import { statfs } from 'node:fs/promises';

/** Magic number of cgroup2fs, linux/magic.h. */
const cgroup2 = 0x63677270;

/** Mount point of the v2 hierarchy on hosts with cgroup v1 (systemd, "hybrid" setup). */
export const unified = '/sys/fs/cgroup/unified';

/** Whether the host has a cgroup v2 hierarchy beside those of v1. */
export async function hasHybridCgroups(mount = unified): Promise<boolean> {
  const found = await statfs(mount).catch(() => undefined);
  return found?.type === cgroup2;
}
