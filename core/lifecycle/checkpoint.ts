import { readdir } from 'node:fs/promises';
import type { ContainerRecord } from '../../hooks/engine.ts';
import { PouchError } from '../../hooks/errors.ts';
import { checkpointsDirectory } from '../apply/checkpointPaths.ts';
import type { Ledger } from '../apply/ledger.ts';
import { emitContainer, type Kernel, withLedger } from './kernel.ts';
import { notRunning } from './kill.ts';
import { requireOf } from './requireFeature.ts';
import { endedLocked } from './stop.ts';

export interface CheckpointOptions {
  leaveRunning?: boolean;
}

const keyPrefix = 'checkpoint.';

/** Writes what a container's processes are, and ends it unless it is to go on. It goes on if this fails. */
export async function createCheckpoint(
  kernel: Kernel,
  record: ContainerRecord,
  name: string,
  { leaveRunning = false }: CheckpointOptions,
): Promise<void> {
  checkCheckpointName(name);
  await kernel.locks.run(record.id, 'checkpoint', async () => {
    await checkAllowed(kernel, record, name, leaveRunning);
    const args = { id: record.id, name, exit: !leaveRunning };
    const make = () =>
      withLedger(kernel, record.id, async (ledger) => {
        await ledger.begin('checkpoint');
        const key = keyPrefix + name;
        try {
          await ledger.apply({ [key]: { kind: 'checkpoint', stage: 'create', args } }, kernel.shutdown);
        } catch (error) {
          await ledger.revert(key);
          await ledger.commit();
          throw error;
        }
        await ledger.commit();
      });
    await (leaveRunning ? make() : endedLocked(kernel, record, make));
    emitContainer(kernel, 'checkpoint', record, { checkpoint: name });
  });
}

/** @throws PCH_NAME_INVALID */
function checkCheckpointName(name: string): void {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/.test(name)) return;
  throw new PouchError(
    'PCH_NAME_INVALID',
    `Invalid checkpoint name (${name}): expected up to 128 letters, digits, "_", "." or "-", the first a letter or digit`,
    { hint: 'choose another name' },
  );
}

async function checkAllowed(
  kernel: Kernel,
  record: ContainerRecord,
  name: string,
  leaveRunning: boolean,
): Promise<void> {
  const { id, state, draft } = record;
  if (state.status !== 'running') throw notRunning(record);
  await requireOf(kernel, record, 'checkpoint');
  if (draft.process.tty)
    throw new PouchError(
      'PCH_NOT_SUPPORTED',
      `${record.name} has a terminal, which cannot be in a checkpoint`,
      {
        container: id,
        hint: 'make it without --tty',
      },
    );
  if (draft.autoRemove && !leaveRunning)
    throw new PouchError(
      'PCH_CONFLICT',
      `${record.name} is removed at its end (--rm), with its checkpoints`,
      {
        container: id,
        hint: 'give --leave-running, or make it without --rm',
      },
    );
  if ((await listCheckpoints(record)).includes(name))
    throw new PouchError('PCH_ALREADY_EXISTS', `${record.name} has a checkpoint ${name} already`, {
      container: id,
      hint: `choose another name, or remove it: pouch checkpoint rm ${record.name} ${name}`,
    });
}

/** Names of those that are complete. */
export async function listCheckpoints({ paths }: ContainerRecord): Promise<string[]> {
  const names = await readdir(checkpointsDirectory(paths.directory)).catch(() => []);
  return names.filter((name) => !name.startsWith('.')).sort();
}

/** @throws PCH_CHECKPOINT_NOT_FOUND */
export async function checkExists(record: ContainerRecord, name: string): Promise<void> {
  if ((await listCheckpoints(record)).includes(name)) return;
  throw new PouchError('PCH_CHECKPOINT_NOT_FOUND', `${record.name} has no checkpoint named "${name}"`, {
    container: record.id,
    hint: `pouch checkpoint ls ${record.name}`,
  });
}

export async function removeCheckpoint(kernel: Kernel, record: ContainerRecord, name: string): Promise<void> {
  await kernel.locks.run(record.id, 'remove a checkpoint', async () => {
    await checkExists(record, name);
    await withLedger(kernel, record.id, async (ledger) => {
      await ledger.begin('checkpoint');
      await ledger.revert(keyPrefix + name);
      await ledger.commit();
    });
  });
}

/** One that was cut off leaves nothing; one that was complete stays. */
export async function settleCheckpoints(kernel: Kernel, record: ContainerRecord): Promise<void> {
  const names = await listCheckpoints(record);
  const isHalf = (key: string) => key.startsWith(keyPrefix) && !names.includes(key.slice(keyPrefix.length));
  await withLedger(kernel, record.id, async (ledger: Ledger) => {
    for (const key of ledger.pending('create').filter(isHalf)) await ledger.revert(key);
    await ledger.commit();
  });
}
