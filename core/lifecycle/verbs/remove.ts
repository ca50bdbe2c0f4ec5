import type { ContainerRecord, RemoveOptions } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { field } from '../../../hooks/fields.ts';
import { catalogue } from '../../../hooks/catalogue.ts';
import { withReserve } from '../../state/reserve.ts';
import { asOperation, emitContainer, type EngineContext, withLedger } from '../shared/engineContext.ts';
import { applyTaps } from '../shared/containerHooks.ts';
import { undoStartEffects } from '../shared/undoStartEffects.ts';
import { refuseWithGuests } from '../vm/placeInVm.ts';
import { notRunning } from '../task/refusals.ts';
import { stopLocked } from './stop.ts';
import { isUp, isUpOrRestarting } from '../../state/status.ts';
import { sigkill } from '../../contract/signals.ts';

export async function remove(
  engine: EngineContext,
  record: ContainerRecord,
  options: RemoveOptions,
): Promise<void> {
  refuseUnlessForced(record, options);
  engine.restarts.cancel(record.id);
  await engine.copies.end(record.id, removedMeanwhile(record));
  await asOperation(engine, record.id, 'remove', async () => {
    if (!engine.store.has(record.id)) return;
    refuseUnlessForced(record, options);
    // An exit that had the lock first may have scheduled one.
    engine.restarts.cancel(record.id);
    refuseWithGuests(engine, record);
    await askTaps(engine, record, options);
    await withReserve(engine.config.root, async () => {
      if (isUp(record)) {
        record.stoppedByUser = true;
        await stopLocked(engine, record, { signal: sigkill, timeoutSeconds: 0 });
      }
      await removeLocked(engine, record, options);
    });
  });
}

/** @throws the error of a tap of container.preRemove that refuses the removal */
export async function askTaps(
  engine: EngineContext,
  container: ContainerRecord,
  { force = false, volumes = false }: RemoveOptions,
): Promise<void> {
  await applyTaps(engine, container, catalogue.container.preRemove, { container, force, volumes });
}

/** Undoes all that the container is. The caller holds its lock, and it does not run. */
export async function removeLocked(
  engine: EngineContext,
  record: ContainerRecord,
  { volumes = false }: RemoveOptions,
): Promise<void> {
  const { exitCode } = record.state;
  record.state.status = 'removing';
  await engine.deliveries.finish(record);
  await withLedger(engine, record.id, async (ledger) => {
    if (!volumes) await keepVolumes(record, (key) => ledger.release(key));
    await ledger.begin('remove');
    await undoStartEffects(engine, record, ledger);
    await ledger.undo('create');
    // The journal goes with the directory: no commit is written.
  }).catch((error: unknown) => {
    record.state.status = 'dead';
    throw error;
  });
  engine.prepared.delete(record.id);
  engine.inits.delete(record.id);
  await engine.store.delete(record.id);
  engine.attachPoints.gone(record.id, notRunning(record));
  emitContainer(engine, 'destroy', record);
  engine.waiters.settle('removal', record.id, { exitCode });
  await engine.generations.use(async ({ runner }) =>
    runner.observe(catalogue.container.postRemove, { container: record, netns: '' }, { log: engine.log }),
  );
}

async function keepVolumes(record: ContainerRecord, release: (key: string) => Promise<void>): Promise<void> {
  const keys = Object.entries(record.draft.effects).filter(([, { kind }]) => kind === 'volume');
  for (const [key] of keys) await release(key);
}

function removedMeanwhile({ id, name }: ContainerRecord): PouchError {
  return new PouchError('PCH_CONTAINER_NOT_FOUND', `${name} was removed while its files were copied`, {
    container: id,
    hint: 'pouch ps -a lists containers',
  });
}

/** @throws PCH_CONTAINER_RUNNING */
function refuseUnlessForced(record: ContainerRecord, { force = false }: RemoveOptions): void {
  if (force || !isUpOrRestarting(record)) return;
  const { id, name, state } = record;
  const what = state.status === 'restarting' ? 'restarting' : 'running';
  throw new PouchError('PCH_CONTAINER_RUNNING', `You cannot remove a ${what} container ${name}`, {
    container: id,
    field: 'force',
    hint: `stop it before, or use ${field('force')}`,
  });
}
