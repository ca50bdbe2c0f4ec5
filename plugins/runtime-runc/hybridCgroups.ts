import { statfs } from 'node:fs/promises';

/** Magic number of cgroup2fs, linux/magic.h. */
const cgroup2 = 0x63677270;

/**
 * crun refuses a host whose cgroup v1 hierarchies have a v2 one beside them at /sys/fs/cgroup/unified ("cgroups in hybrid
 * mode not supported", crun 1.8.1), which is how such hosts are set up by default.
 */
export async function hybridCgroupProblem(mount = '/sys/fs/cgroup/unified'): Promise<string | undefined> {
  const found = await statfs(mount).catch(() => undefined);
  if (found?.type !== cgroup2) return undefined;
  return `crun does not work on a host with hybrid cgroups (${mount} exists): use runc, or boot with systemd.unified_cgroup_hierarchy=1`;
}
