import { statfs } from 'node:fs/promises';

/** Magic number of cgroup2fs, linux/magic.h. */
const cgroup2 = 0x63677270;

/** Where hosts with cgroup v1 have the v2 hierarchy beside it (systemd, "hybrid" setup). */
export const unified = '/sys/fs/cgroup/unified';

/** Whether cgroup v1 hierarchies have a v2 one beside them. */
export async function hasHybridCgroups(mount = unified): Promise<boolean> {
  const found = await statfs(mount).catch(() => undefined);
  return found?.type === cgroup2;
}
