import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { ContainerDraft, DraftMount, RuntimeRefusal } from '../../../hooks/index.ts';
import type { KataConfig } from '../config/load.ts';
import { sharesFiles } from '../config/values.ts';
import { blockReason } from './devices.ts';

/** In bytes: kata mounts one /dev/shm per VM, always of this size (kata, virtcontainers/mount.go: DefaultShmSize). */
const shmSize = 64 * 1024 * 1024;

export async function volumeRefusals(
  { mounts }: ContainerDraft,
  config: KataConfig,
): Promise<RuntimeRefusal[]> {
  const reasons = Object.entries(mounts).map(async ([destination, mount]) => ({
    what:
      destination === '/dev/shm'
        ? '--shm-size (or shmSize of pouchd.yaml)'
        : `a mount of ${mount.source} on ${destination}`,
    reason: await reasonAgainst(destination, mount, config),
  }));
  return (await Promise.all(reasons)).filter(({ reason }) => reason !== '');
}

async function reasonAgainst(destination: string, mount: DraftMount, config: KataConfig): Promise<string> {
  if (destination === '/dev/shm') return shmReason(mount);
  if (mount.type !== 'bind') return '';
  // A missing source is created as a directory.
  return sourceReason(mount.source, await stat(mount.source).catch(() => undefined), config);
}

function shmReason({ type, options }: DraftMount): string {
  const size = options.find((option) => option.startsWith('size='))?.slice('size='.length);
  if (type === 'tmpfs' && Number(size) === shmSize) return '';
  return 'kata gives a VM only one /dev/shm, of 64 MiB';
}

/** kata, virtcontainers/container.go and mount.go: isSystemMount, isHostDevice. */
function sourceReason(source: string, found: Stats | undefined, config: KataConfig): string {
  if (isBelow(source, '/proc') || isBelow(source, '/sys'))
    return 'paths below /proc and /sys would be those of the VM';
  if (found?.isBlockDevice()) return blockReason(config);
  if (isBelow(source, '/dev') && !found?.isFile())
    return 'paths below /dev would be those of the VM; use --device for block devices';
  if (found?.isSocket() || found?.isFIFO()) return 'a socket or FIFO of the host has no peer in a VM';
  if (!sharesFiles(config)) return `${config.hypervisorName} does not share files with the host`;
  return '';
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
