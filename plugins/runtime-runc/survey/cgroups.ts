import { statfs } from 'node:fs/promises';
import type { RuntimeFinding } from '../../../hooks/index.ts';
import { hasHybridCgroups, unified } from '../hybridCgroups.ts';

/** Magic number of cgroup2fs, linux/magic.h. */
const cgroup2 = 0x63677270;

/** Which cgroup hierarchies the host has: `v2`, or `v1` with or without v2 beside it. */
export async function cgroupLayout(): Promise<'v1' | 'v2' | 'hybrid'> {
  const root = await statfs('/sys/fs/cgroup').catch(() => undefined);
  if (root?.type === cgroup2) return 'v2';
  return (await hasHybridCgroups()) ? 'hybrid' : 'v1';
}

const layouts = {
  v1: 'version 1',
  v2: 'version 2',
  hybrid: `version 1, with version 2 beside it at ${unified}`,
};

export async function cgroupFinding(): Promise<RuntimeFinding> {
  return { name: 'cgroups', ok: true, found: layouts[await cgroupLayout()] };
}
