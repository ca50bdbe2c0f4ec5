import type { ContainerDraft } from '../../hooks/index.ts';

/** What lxcfs 4 and later serves, and the kernel has too (slabinfo is for root of the host alone). */
const files = [
  ...['cpuinfo', 'diskstats', 'loadavg', 'meminfo', 'stat', 'swaps', 'uptime'].map((name) => `/proc/${name}`),
  '/sys/devices/system/cpu/online',
];

/** Adds the files below `root`, unless the request or a plugin has mounts there. */
export function addMounts({ mounts }: Pick<ContainerDraft, 'mounts'>, root: string): void {
  for (const path of files)
    mounts[path] ??= { type: 'bind', source: root + path, options: ['bind', 'ro', 'late'] };
}

/** Whether it has files below `root`. */
export function hasMounts({ mounts }: Pick<ContainerDraft, 'mounts'>, root: string): boolean {
  return Object.values(mounts).some(({ source }) => source.startsWith(`${root}/`));
}
