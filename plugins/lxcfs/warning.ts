import type { ContainerDraft } from '../../hooks/index.ts';

interface Circumstances {
  /** It has files that Pouch writes. */
  hasValues: boolean;
  /** pouchd.yaml asks for lxcfs. */
  isWanted: boolean;
  /** Why it has not those of lxcfs, and what to do. */
  why: string;
}

/** Returns what a container without lxcfs sees in /proc that is not true; undefined if nothing matters to it. */
export function warningOf(
  draft: Pick<ContainerDraft, 'resources'>,
  { hasValues, isWanted, why }: Circumstances,
): string | undefined {
  const what = untrue(draft);
  if (what === '' && !isWanted) return undefined;
  if (hasValues)
    return `/proc shows the memory, CPUs and uptime of the container as of the last second, and the load and disks of the host; ${why}`;
  return `/proc, and with it free and top, shows ${what === '' ? 'the values' : `the ${what}`} of the host; ${why}`;
}

/** Values that the container sees, and that are not true without such files; empty if it has no limits. */
export function untrue({ resources }: Pick<ContainerDraft, 'resources'>): string {
  const { memory, cpu } = resources;
  const memoryLimit = memory?.limit !== undefined && memory.limit > 0;
  const cpuLimit = (cpu?.quota !== undefined && cpu.quota > 0) || !!cpu?.cpus;
  return [memoryLimit && 'memory', cpuLimit && 'CPUs'].filter((what) => what !== false).join(' and ');
}
