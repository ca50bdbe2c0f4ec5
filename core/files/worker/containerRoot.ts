import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { type ProcessIdentity, startTicksOf } from '../../supervise/processIdentity.ts';
import { handlePath, O_PATH, using } from './openInside.ts';

/**
 * Opens a handle of a container's root as its init sees it, with its mounts.
 * @throws PCH_CONTAINER_NOT_RUNNING
 */
export function openContainerRoot(init: ProcessIdentity): number {
  return using(openContainerProcess(init), (directory) => {
    try {
      return openSync(`${handlePath(directory)}/root`, O_PATH | constants.O_DIRECTORY);
    } catch (error) {
      throw ended(init, error);
    }
  });
}

/**
 * Opens the directory /proc/PID of a container's init. The handle always means the same process: a later process with
 * the same pid cannot replace it between check and use.
 * @throws PCH_CONTAINER_NOT_RUNNING
 */
export function openContainerProcess(init: ProcessIdentity): number {
  const { pid, startTicks } = init;
  let directory: number | undefined;
  try {
    directory = openSync(`/proc/${pid}`, O_PATH | constants.O_DIRECTORY);
    const stat = readFileSync(`${handlePath(directory)}/stat`, 'utf8');
    if (startTicksOf(stat) !== startTicks) throw new Error(`process ${pid} is not the init of the container`);
    return directory;
  } catch (error) {
    if (directory !== undefined) closeSync(directory);
    throw ended(init, error);
  }
}

function ended({ pid }: ProcessIdentity, cause: unknown): Error {
  return Object.assign(new Error(`its init (process ${pid}) has ended`, { cause }), {
    code: 'PCH_CONTAINER_NOT_RUNNING',
  });
}
