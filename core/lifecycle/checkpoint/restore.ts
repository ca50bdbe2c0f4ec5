/** What a start from a checkpoint does differently. */
import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { Effect } from '../../../hooks/effects.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { checkpointPaths } from '../../apply/checkpointPaths.ts';
import { criuError } from '../../apply/criuLog.ts';
import { checkExists } from './names.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { requireOf } from '../task/requireFeature.ts';

/** Before anything is touched. @throws PCH_CONTAINER_RUNNING, PCH_RUNTIME_CANNOT, PCH_CHECKPOINT_NOT_FOUND */
export async function checkRestorable(
  engine: EngineContext,
  record: ContainerRecord,
  name: string,
): Promise<void> {
  if (record.state.status === 'running')
    throw new PouchError('PCH_CONTAINER_RUNNING', `cannot restore ${record.name}: it is running`, {
      container: record.id,
      hint: `stop it before: pouch stop ${record.name}`,
    });
  await checkExists(engine, record, name);
  await requireOf(engine, record, 'checkpoint');
}

/** The effects of a start, with the task made from a checkpoint. */
export function restoring(
  effects: Record<string, Effect>,
  checkpoint: string | undefined,
): Record<string, Effect> {
  const { task } = effects;
  if (checkpoint === undefined || !task) return effects;
  return { ...effects, task: { ...task, args: { ...task.args, checkpoint } } };
}

export async function restoreError(
  error: unknown,
  { files }: EngineContext,
  record: ContainerRecord,
  name: string,
): Promise<unknown> {
  const { work } = checkpointPaths(record.paths.directory, name);
  const message = `${record.name} was not restored from ${name}`;
  return await criuError(error, files, { work, log: 'restore.log', message, container: record.id });
}

/** criu's log has done its work. */
export async function forgetWork(
  { files }: EngineContext,
  { paths }: ContainerRecord,
  name: string,
): Promise<void> {
  await files.removeTree(checkpointPaths(paths.directory, name).work, `the checkpoint ${name}`);
}
