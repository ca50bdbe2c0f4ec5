import { catalogue } from '../../../hooks/catalogue.ts';
import type { CheckpointOptions, ContainerRecord } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { field } from '../../../hooks/fields.ts';
import type { CheckpointArgs } from '../../apply/effects/checkpoint.ts';
import { emitContainer, type EngineContext, withLedger, underLock } from '../shared/engineContext.ts';
import { applyTaps } from '../shared/containerHooks.ts';
import { keepRecord } from '../shared/keepRecord.ts';
import { notRunning } from '../task/refusals.ts';
import { requireOf } from '../task/requireFeature.ts';
import { withoutMounts } from '../task/mountInside.ts';
import { endedLocked } from '../verbs/stop.ts';
import { checkCheckpointName, effectKey, listCheckpoints } from './names.ts';

/**
 * Writes a checkpoint of a container's processes and, unless `leaveRunning`, ends it. If this fails it keeps running.
 */
export async function createCheckpoint(
  engine: EngineContext,
  record: ContainerRecord,
  name: string,
  { leaveRunning = false }: CheckpointOptions,
): Promise<void> {
  checkCheckpointName(name);
  await underLock(engine, record, 'checkpoint', async () => {
    await checkPossible(engine, record);
    checkKept(record, leaveRunning);
    await checkUnused(engine, record, name);
    await askTaps(engine, record, { name, leaveRunning });
    const make = () =>
      withoutMounts(engine, record, () => apply(engine, { id: record.id, name, exit: !leaveRunning }));
    await (leaveRunning ? make() : endedLocked(engine, record, make));
    emitContainer(engine, 'checkpoint', record, { checkpoint: name });
  });
}

/** @throws the error of a tap of container.preCheckpoint that refuses the checkpoint */
async function askTaps(
  engine: EngineContext,
  container: ContainerRecord,
  wanted: { name: string; leaveRunning: boolean },
): Promise<void> {
  const netns = container.draft.namespaces.network ?? '';
  const { preCheckpoint } = catalogue.container;
  const isMarked = await applyTaps(engine, container, preCheckpoint, { container, netns, ...wanted });
  if (isMarked) await keepRecord(engine, container);
}

async function checkPossible(engine: EngineContext, record: ContainerRecord): Promise<void> {
  if (record.state.status !== 'running') throw notRunning(record);
  await requireOf(engine, record, 'checkpoint');
  if (!record.draft.process.tty) return;
  throw new PouchError('PCH_NOT_SUPPORTED', `a terminal cannot be in a checkpoint: ${record.name} has one`, {
    container: record.id,
    field: 'tty',
    hint: `recreate it without ${field('tty')}`,
  });
}

function checkKept({ id, name, draft }: ContainerRecord, leaveRunning: boolean): void {
  if (!draft.autoRemove || leaveRunning) return;
  throw new PouchError(
    'PCH_CONFLICT',
    `${name} is removed at its end, with its checkpoints (${field('autoRemove')})`,
    {
      container: id,
      field: 'leaveRunning',
      hint: `give ${field('leaveRunning')}, or recreate it without ${field('autoRemove')}`,
    },
  );
}

async function checkUnused(engine: EngineContext, record: ContainerRecord, name: string): Promise<void> {
  if (!(await listCheckpoints(engine, record)).includes(name)) return;
  throw new PouchError('PCH_ALREADY_EXISTS', `${record.name} has a checkpoint ${name} already`, {
    container: record.id,
    hint: `choose another name, or remove it: pouch checkpoint rm ${record.name} ${name}`,
  });
}

async function apply(engine: EngineContext, args: CheckpointArgs): Promise<void> {
  const key = effectKey(args.name);
  await withLedger(engine, args.id, async (ledger) => {
    await ledger.begin('checkpoint');
    try {
      const effect = { kind: 'checkpoint', stage: 'create' as const, args: { ...args } };
      await ledger.apply({ [key]: effect }, engine.shutdown);
    } catch (error) {
      await ledger.revert(key);
      await ledger.commit();
      throw error;
    }
    await ledger.commit();
  });
}
