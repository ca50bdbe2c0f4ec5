/** A container's processes, written to its own directory by criu. */
import type { EffectKind } from '../../../hooks/effectKind.ts';
import type { ContainerdClient } from '../../containerd/index.ts';
import type { FileWorkers } from '../../files/index.ts';
import { type CheckpointPaths, checkpointPaths, checkpointsDirectory } from '../checkpointPaths.ts';
import { criuError } from '../criuLog.ts';

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
      const what = whatIs(name);
      await makeEmpty(files, paths, what);
      const { unfinished: imagePath, work: workPath } = paths;
      await client.tasks.checkpoint(id, { imagePath, workPath, exit }, { signal }).catch(async (error) => {
        const message = `the checkpoint ${name} was not made`;
        throw await criuError(error, files, { work: workPath, log: 'dump.log', message, container: id });
      });
      await files.rename(imagePath, paths.images, what);
      await files.removeTree(workPath, what);
      return undefined;
    },
    async undo({ id, name }) {
      const { images, unfinished, work } = checkpointPaths(directoryOf(id), name);
      const what = whatIs(name);
      // In one step: what is half removed must not look like a checkpoint.
      await files.removeTree(unfinished, what);
      await files.rename(images, unfinished, what);
      for (const path of [unfinished, work]) await files.removeTree(path, what);
      await files.removeEmptyDirectory(checkpointsDirectory(directoryOf(id)), what).catch(() => undefined);
    },
  };
}

async function makeEmpty(
  files: FileWorkers,
  { unfinished, work }: CheckpointPaths,
  what: string,
): Promise<void> {
  for (const path of [unfinished, work]) {
    await files.removeTree(path, what);
    await files.makeDirectory(path, what, 0o700);
  }
}

/** For errors. */
function whatIs(name: string): string {
  return `the checkpoint ${name}`;
}
