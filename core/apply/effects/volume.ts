/** A volume of a container: made if it is missing, and filled with what the image has at its place. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { EffectKind } from '../../../hooks/effects.ts';
import type { ContainerdClient } from '../../containerd/index.ts';
import type { VolumeStore } from '../../volumes/volumes.ts';

interface VolumeArgs {
  name: string;
  anonymous: boolean;
  /** Path in the image whose content an empty volume gets; empty for none. */
  copyFrom: string;
}

const copyDeadlineMs = 10 * 60_000;

export function volumeEffect(
  volumes: VolumeStore,
  client: ContainerdClient,
  stateDirectory: string,
): EffectKind<{ name: string; anonymous: boolean; copyFrom: string }, { created: boolean }> {
  // Several volumes of one container are filled side by side.
  const mountPointOf = (container: string, name: string) =>
    join(stateDirectory, 'copy-up', `${container}.${name}`);
  return {
    kind: 'volume',
    describe: ({ name, copyFrom }: VolumeArgs) =>
      `use the volume ${name}${copyFrom ? `, filled from the image's ${copyFrom} when it is empty` : ''}`,
    async apply({ name, anonymous, copyFrom }, { container, signal }) {
      const { created } = await volumes.ensure(name, { anonymous });
      const target = volumes.pathOf(name);
      if (copyFrom && (await readdir(target)).length === 0)
        await copyUp({
          client,
          container,
          path: copyFrom,
          target,
          mountPoint: mountPointOf(container, name),
          signal,
        });
      return { created };
    },
    /** A named volume is the user's; an anonymous one goes with its container's making. */
    async undo({ name, anonymous }, _result, { container }) {
      await release(mountPointOf(container, name));
      await rm(stagingOf(volumes.pathOf(name), container), { recursive: true, force: true });
      if (anonymous) await volumes.discard(name);
    },
  };
}

interface CopyUp {
  client: ContainerdClient;
  container: string;
  /** In the image. */
  path: string;
  target: string;
  mountPoint: string;
  signal: AbortSignal;
}

/**
 * Copies through a mount of the container's own snapshot, so that layers need not be walked by hand. The volume gets all
 * at once, by a rename: a crash leaves an empty one, never half of the content.
 */
async function copyUp({ client, container, path, target, mountPoint, signal }: CopyUp): Promise<void> {
  const options = { cancelSignal: signal, timeout: copyDeadlineMs };
  const [mount] = await client.snapshots.mounts(container);
  if (!mount) return;
  await release(mountPoint);
  await mkdir(mountPoint, { recursive: true, mode: 0o700 });
  await execa('mount', ['-t', mount.type, '-o', mount.options.join(','), mount.source, mountPoint], options);
  try {
    const source = await execa('realpath', ['-e', join(mountPoint, path)], { ...options, reject: false });
    if (source.exitCode !== 0 || !source.stdout.startsWith(`${mountPoint}/`)) return;
    const staging = stagingOf(target, container);
    await rm(staging, { recursive: true, force: true });
    await mkdir(staging);
    await execa('cp', ['-a', `${source.stdout}/.`, staging], options);
    await rename(staging, target).catch(ignoreFilled);
    await rm(staging, { recursive: true, force: true });
  } finally {
    await release(mountPoint);
  }
}

/** Beside the volume's data: the rename stays in one file system. */
function stagingOf(target: string, container: string): string {
  return `${target}.${container}`;
}

/** Another container's making has filled it meanwhile. */
function ignoreFilled(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
}

/** Unmounts and removes the mount point; succeeds if there is none. */
async function release(mountPoint: string): Promise<void> {
  if (!existsSync(mountPoint)) return;
  // It fails where nothing is mounted.
  await execa('umount', ['-l', mountPoint], { reject: false });
  await rmdir(mountPoint);
}
