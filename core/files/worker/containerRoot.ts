import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { type ProcessIdentity, startTicksOf } from '../../supervise/processIdentity.ts';
import { handlePath, O_PATH } from './openInside.ts';

/**
 * Opens a handle of a container's root as its init sees it, with its mounts. An open directory /proc/PID always means
 * the same process: a later process with the same pid cannot replace it between check and use.
 * @throws PCH_CONTAINER_NOT_RUNNING
 */
export function openContainerRoot({ pid, startTicks }: ProcessIdentity): number {
  let directory: number | undefined;
  try {
    directory = openSync(`/proc/${pid}`, O_PATH | constants.O_DIRECTORY);
    const stat = readFileSync(`${handlePath(directory)}/stat`, 'utf8');
    if (startTicksOf(stat) !== startTicks) throw new Error(`process ${pid} is not the init of the container`);
    return openSync(`${handlePath(directory)}/root`, O_PATH | constants.O_DIRECTORY);
  } catch (error) {
    throw Object.assign(new Error(`its init (process ${pid}) has ended`, { cause: error }), {
      code: 'PCH_CONTAINER_NOT_RUNNING',
    });
  } finally {
    if (directory !== undefined) closeSync(directory);
  }
}
