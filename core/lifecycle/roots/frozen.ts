import type { ContainerRecord } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { layerOf } from '../../apply/RootDisks.ts';
import { ifFound, type TaskProcess, TaskStatus } from '../../containerd/index.ts';
import { rootKeyOf } from '../../contract/rootKey.ts';
import { isUp } from '../../state/status.ts';
import { happensWithin } from '../../wait/deadline.ts';
import { settleAll } from '../../wait/settleAll.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { onTask, thaw } from '../task/onTask.ts';
import { requireOf } from '../task/requireFeature.ts';
import { isVm } from '../vm/isVm.ts';

/** Milliseconds for the sync before it: what is not written by then makes the copy slower, not incomplete. */
const syncMs = 10_000;

/**
 * Runs work while no process of the container runs: frozen unless it is at rest already. `before` runs while its files
 * are synced. Resolves to the milliseconds for which it was frozen.
 */
export async function frozen(
  engine: EngineContext,
  record: ContainerRecord,
  work: () => Promise<void>,
  before: () => Promise<void> = () => Promise.resolve(),
): Promise<number> {
  if (!isUp(record) || record.state.status === 'paused') {
    await before();
    await work();
    return 0;
  }
  await checkFreezable(engine, record);
  const layer = layerOf(await engine.disks.mounts(rootKeyOf(record)));
  const sync = happensWithin(
    engine.files.syncTree(layer).catch(() => undefined),
    syncMs,
  );
  await settleAll([before(), sync]);
  const since = performance.now();
  const freeze = () => engine.client.tasks.pause(record.id);
  await onTask(engine, record, () => engine.execStarts.pause(record.id, freeze));
  try {
    await work();
  } finally {
    await thaw(engine, record);
  }
  return performance.now() - since;
}

/** A pouchd that was killed meanwhile has left its container frozen. Resolves to the task as it is then. */
export async function thawCutOff(
  engine: EngineContext,
  record: ContainerRecord,
  task: TaskProcess | undefined,
): Promise<TaskProcess | undefined> {
  if (task?.status !== TaskStatus.PAUSED || record.state.status !== 'running') return task;
  await thaw(engine, record);
  return await ifFound(engine.client.tasks.get(record.id));
}

async function checkFreezable(engine: EngineContext, record: ContainerRecord): Promise<void> {
  await requireOf(engine, record, 'pause');
  if (!isVm(engine, record)) return;
  throw new PouchError(
    'PCH_RUNTIME_CANNOT',
    `${record.name} is a virtual machine, which has files that the host does not see yet`,
    { container: record.id, hint: `stop it first: pouch stop ${record.name}` },
  );
}
