/** A volume of a container: made if it is missing, and filled with what the image has at its place. */
import { mkdir, readdir, rm } from 'node:fs/promises';
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
  return {
    kind: 'volume',
    describe: ({ name, copyFrom }: VolumeArgs) =>
      `use the volume ${name}${copyFrom ? `, filled from the image's ${copyFrom} when it is empty` : ''}`,
    async apply({ name, copyFrom }, { container, signal }) {
      const { created } = await volumes.ensure(name);
      const target = volumes.pathOf(name);
      if (copyFrom && (await readdir(target)).length === 0)
        await copyUp(client, container, copyFrom, target, stateDirectory, signal);
      return { created };
    },
    /** A named volume is the user's; an anonymous one goes with its container's making. */
    async undo({ name, anonymous }) {
      if (anonymous) await volumes.discard(name);
    },
  };
}

/** Copies through a mount of the container's own snapshot, so that layers need not be walked by hand. */
async function copyUp(
  client: ContainerdClient,
  container: string,
  path: string,
  target: string,
  stateDirectory: string,
  signal: AbortSignal,
): Promise<void> {
  const mountPoint = join(stateDirectory, 'copy-up', container);
  await mkdir(mountPoint, { recursive: true, mode: 0o700 });
  const options = { cancelSignal: signal, timeout: copyDeadlineMs };
  const [mount] = await client.snapshots.mounts(container);
  if (!mount) return;
  await execa('mount', ['-t', mount.type, '-o', mount.options.join(','), mount.source, mountPoint], options);
  try {
    const source = await execa('realpath', ['-e', join(mountPoint, path)], { ...options, reject: false });
    if (source.exitCode !== 0 || !source.stdout.startsWith(`${mountPoint}/`)) return;
    await execa('cp', ['-a', `${source.stdout}/.`, target], options);
  } finally {
    await execa('umount', ['-l', mountPoint]);
    await rm(mountPoint, { recursive: true, force: true });
  }
}
