import { accessSync, constants, existsSync } from 'node:fs';

export interface QuotaFacts {
  /** containerd's. */
  snapshotter: string;
  /** Whether a program is installed, and whether a path exists. */
  isInstalled?(name: string): boolean;
  exists?(path: string): boolean;
}

/** How a limit is kept, for `info`. */
export const quotaMethod = 'a sparse file with ext4 per container';

/** Where distributions install them. The PATH of a daemon often lacks the sbin ones. */
const directories = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/**
 * Returns why this host cannot limit what root file systems hold. Undefined if it can: a container has a sparse file
 * with ext4 on a loop device.
 */
export function diskQuotaObstacle({
  snapshotter,
  isInstalled = isExecutable,
  exists = existsSync,
}: QuotaFacts): string | undefined {
  if (snapshotter !== 'overlayfs') return `the snapshotter is ${snapshotter}, and not overlayfs`;
  const missing = ['mkfs.ext4', 'mount'].find((name) => !isInstalled(name));
  if (missing !== undefined) return `${missing} is not installed`;
  return exists('/dev/loop-control') ? undefined : 'the kernel has no loop devices (/dev/loop-control)';
}

function isExecutable(name: string): boolean {
  return directories.some((directory) => {
    try {
      accessSync(`${directory}/${name}`, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
