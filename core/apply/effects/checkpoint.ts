/** A container's processes, written to its own directory by criu. */
import { mkdir, rename, rm, rmdir } from 'node:fs/promises';
import type { EffectKind } from '../../../hooks/effects.ts';
import type { ContainerdClient } from '../../containerd/index.ts';
import type { FileWorkers } from '../../files/index.ts';
import { type CheckpointPaths, checkpointPaths, checkpointsDirectory } from '../checkpointPaths.ts';
import { criuError } from '../criuLog.ts';
import { ignoreMissing } from '../../host/ignoreMissing.ts';

export interface CheckpointArgs {
  id: string;
  name: string;
  /** Whether the container ends with it. */
  exit: boolean;
}

/** Memory is written at the speed of the disk. */
const deadlineMs = 15 * 60_000;

export function checkpointEffect(
  client: ContainerdClient,
  files: FileWorkers,
  directoryOf: (id: string) => string,
): EffectKind<CheckpointArgs & Record<string, unknown>, undefined> {
  return {
    kind: 'checkpoint',
    deadlineMs,
    describe: ({ name }) => `have criu write the checkpoint ${name}`,
    async apply({ id, name, exit }, { signal }) {
      const paths = checkpointPaths(directoryOf(id), name);
      await makeEmpty(paths);
      const { unfinished: imagePath, work: workPath } = paths;
      await client.tasks.checkpoint(id, { imagePath, workPath, exit }, { signal }).catch(async (error) => {
        const message = `the checkpoint ${name} was not made`;
        throw await criuError(error, files, { work: workPath, log: 'dump.log', message, container: id });
      });
      await rename(imagePath, paths.images);
      await rm(workPath, { recursive: true, force: true });
      return undefined;
    },
    async undo({ id, name }) {
      const { images, unfinished, work } = checkpointPaths(directoryOf(id), name);
      // In one step: what is half removed must not look like a checkpoint.
      await rm(unfinished, { recursive: true, force: true });
      await rename(images, unfinished).catch(ignoreMissing);
      for (const path of [unfinished, work]) await rm(path, { recursive: true, force: true });
      await rmdir(checkpointsDirectory(directoryOf(id))).catch(() => undefined);
    },
  };
}

async function makeEmpty({ unfinished, work }: CheckpointPaths): Promise<void> {
  for (const path of [unfinished, work]) {
    await rm(path, { recursive: true, force: true });
    await mkdir(path, { recursive: true, mode: 0o700 });
  }
}
