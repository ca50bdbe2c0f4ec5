import { statfs } from 'node:fs/promises';
import { hasHybridCgroups, unified } from '../../../hooks/index.ts';
import type { Look } from './survey.ts';

/** Magic number of cgroup2fs, linux/magic.h. */
const cgroup2 = 0x63677270;

const layouts = {
  v1: 'version 1',
  v2: 'version 2',
  hybrid: `version 1, with version 2 beside it at ${unified}`,
};

/** Reports the host's cgroup hierarchies. @param more text that is appended */
export async function lookAtCgroups(more = ''): Promise<Look> {
  return { name: 'cgroups', ok: true, found: layouts[await layout()] + more };
}

async function layout(): Promise<keyof typeof layouts> {
  const root = await statfs('/sys/fs/cgroup').catch(() => undefined);
  if (root?.type === cgroup2) return 'v2';
  return hasHybridCgroups() ? 'hybrid' : 'v1';
}
