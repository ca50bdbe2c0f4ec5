/** A volume of a container: made if it is missing, and filled with what the image has at its place. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { EffectKind } from '../../../hooks/effectKind.ts';
import type { ContainerdClient } from '../../containerd/index.ts';
import { rootKeyOf } from '../../contract/rootKey.ts';
import { contentDeadlineMs, type FileWorkers } from '../../files/index.ts';
import { localDriver } from '../../volumes/VolumeDrivers.ts';
import type { VolumeStore } from '../../volumes/VolumeStore.ts';

interface VolumeArgs {
  name: string;
  anonymous: boolean;
  /** Path in the image whose content an empty volume gets; empty for none. */
  copyFrom: string;
  /** Missing: `local`. */
  driver?: string;
  options?: Record<string, string>;
}

export interface VolumeEffectDeps {
  volumes: VolumeStore;
  client: ContainerdClient;
  files: FileWorkers;
  stateDirectory: string;
  recordOf(id: string): ContainerRecord;
}

export function volumeEffect({
  volumes,
  client,
  files,
  stateDirectory,
  recordOf,
}: VolumeEffectDeps): EffectKind<VolumeArgs, { created: boolean }> {
  // Several volumes of one container are filled side by side, and one volume for each of its destinations.
  const leftovers = (container: string, { name, copyFrom }: Pick<VolumeArgs, 'name' | 'copyFrom'>) => {
    const suffix = `${container}.${createHash('sha256').update(copyFrom).digest('hex').slice(0, 8)}`;
    return {
      mountPoint: join(stateDirectory, 'copy-up', `${suffix}.${name}`),
      // Beside the volume's data: the rename stays in one file system.
      staging: `${volumes.pathOf(name)}.${suffix}`,
    };
  };
  return {
    kind: 'volume',
    // Longer than that of the copy, whose error says more.
    deadlineMs: contentDeadlineMs + 1000,
    describe: ({ name, copyFrom, driver }) =>
      `use the volume ${name}${driver === undefined ? '' : ` of the driver ${driver}`}${copyFrom ? `, filled from the image's ${copyFrom} when it is empty` : ''}`,
    async check({ name, ...wanted }) {
      await volumes.checkEnsure(name, { ...wanted, driver: wanted.driver ?? localDriver });
      await files.look(volumes.pathOf(name), `the volume ${name}`);
    },
    async apply({ name, copyFrom, ...wanted }, { container, signal }) {
      const { created } = await volumes.ensure(name, { ...wanted, driver: wanted.driver ?? localDriver });
      const target = volumes.pathOf(name);
      // A look has a shorter deadline than a copy.
      await files.look(target, `the volume ${name}`);
      const [snapshot] = copyFrom ? await client.snapshots.mounts(rootKeyOf(recordOf(container))) : [];
      if (snapshot)
        await files.fillVolume(
          { snapshot, path: copyFrom, target, ...leftovers(container, { name, copyFrom }) },
          signal,
        );
      return { created };
    },
    /** A named volume is the user's; an anonymous one goes with its container's making. */
    async undo({ name, anonymous, copyFrom }, _result, { container }) {
      if (copyFrom) await files.clearFill(leftovers(container, { name, copyFrom }));
      if (anonymous) await volumes.discard(name);
    },
  };
}
