import {
  field,
  type ContainerDraft,
  type DraftMount,
  type FileAccess,
  type FileFacts,
  type RuntimeRefusal,
} from '../../../hooks/index.ts';
import type { KataConfig } from '../config/load.ts';
import { sharesFiles } from '../config/values.ts';
import { blockReason } from './devices.ts';

/** In bytes: kata mounts one /dev/shm per VM, always of this size (kata, virtcontainers/mount.go: DefaultShmSize). */
const shmSize = 64 * 1024 * 1024;

export async function volumeRefusals(
  { mounts }: ContainerDraft,
  config: KataConfig,
  files: FileAccess,
): Promise<RuntimeRefusal[]> {
  const reasons = Object.entries(mounts).map(async ([destination, mount]) => ({
    what:
      destination === '/dev/shm'
        ? `${field('shmSize')} (or shmSize of pouchd.yaml)`
        : `a mount of ${mount.source} on ${destination}`,
    reason: await reasonAgainst(destination, mount, config, files),
  }));
  return (await Promise.all(reasons)).filter(({ reason }) => reason !== '');
}

async function reasonAgainst(
  destination: string,
  mount: DraftMount,
  config: KataConfig,
  files: FileAccess,
): Promise<string> {
  if (destination === '/dev/shm') return shmReason(mount);
  if (mount.type !== 'bind') return '';
  // A missing source is created as a directory.
  const found = await files.look(mount.source, `the bind source ${mount.source}`);
  return sourceReason(mount.source, found, config);
}

function shmReason({ type, options }: DraftMount): string {
  const size = options.find((option) => option.startsWith('size='))?.slice('size='.length);
  if (type === 'tmpfs' && Number(size) === shmSize) return '';
  return 'kata gives a VM only one /dev/shm, of 64 MiB';
}

/** kata, virtcontainers/container.go and mount.go: isSystemMount, isHostDevice. */
function sourceReason(source: string, found: FileFacts | undefined, config: KataConfig): string {
  if (isBelow(source, '/proc') || isBelow(source, '/sys'))
    return 'paths below /proc and /sys would be those of the VM';
  if (found?.kind === 'block') return blockReason(config);
  if (isBelow(source, '/dev') && found?.kind !== 'file')
    return `paths below /dev would be those of the VM; use ${field('devices')} for block devices`;
  if (found?.kind === 'socket' || found?.kind === 'fifo')
    return 'a socket or FIFO of the host has no peer in a VM';
  if (!sharesFiles(config)) return `${config.hypervisorName} does not share files with the host`;
  return '';
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
