/**
 * What a new daemon does with what the last one left: interrupted verbs are finished or undone, ends that nobody saw
 * are told, and what no container explains is removed.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerRecord } from '../../hooks/engine.ts';
import { messageOf, PouchError } from '../../hooks/errors.ts';
import { deleteTask } from '../apply/effects/task.ts';
import { ifFound, SnapshotKind, TaskStatus, type TaskProcess } from '../containerd/index.ts';
import { settleCheckpoints } from './checkpoint/remove.ts';
import { cleanUpLocked, onExit, setExited, unseenExitCode, watchExit } from './exit.ts';
import { initPid } from './initPid.ts';
import { type Kernel, withLedger } from './kernel.ts';
import { removeLocked } from './remove.ts';
import { restartAfterExit } from './restartPolicy.ts';
import { setRunning } from './start.ts';
import { settleUpdate } from './update.ts';

/** A damaged container is named in the log and left for its user; the others are recovered. */
export async function recover(kernel: Kernel): Promise<void> {
  const { unreadable } = await kernel.store.load();
  const tasks = new Map((await kernel.client.tasks.list()).map((task) => [task.id, task]));
  const damaged = new Set<string>();
  for (const id of unreadable) {
    damaged.add(id);
    await guarded(kernel, id, () => discard(kernel, id).then(() => void damaged.delete(id)));
  }
  await Promise.all(
    kernel.store
      .list()
      .map((record) =>
        guarded(kernel, record.id, () =>
          kernel.locks.run(record.id, 'recover', () => recoverOne(kernel, record, tasks.get(record.id))),
        ),
      ),
  );
  await removeOrphans(kernel, damaged);
  // The streams of exec processes ended with the daemon that read them.
  await rm(join(kernel.config.state, 'exec'), { recursive: true, force: true });
}

async function guarded(kernel: Kernel, id: string, work: () => Promise<void>): Promise<void> {
  await work().catch((error: unknown) => {
    kernel.log.error('a container could not be recovered', { container: id, error: messageOf(error) });
  });
}

/**
 * No config.json, as a create or a remove was cut off.
 * @throws PCH_CONTAINER_DAMAGED if neither was
 */
async function discard(kernel: Kernel, id: string): Promise<void> {
  await withLedger(kernel, id, async (ledger) => {
    if (ledger.interrupted === undefined && ledger.pending('create').length > 0) throw damage(kernel, id);
    await ledger.undo('start');
    await ledger.undo('create');
  });
  await rm(kernel.store.directoryOf(id), { recursive: true, force: true });
}

function damage(kernel: Kernel, id: string): PouchError {
  const path = join(kernel.store.directoryOf(id), 'config.json');
  return new PouchError('PCH_CONTAINER_DAMAGED', `${path} cannot be read; the container is left as it is`, {
    container: id,
    hint: 'bring the file back, or remove the directory, and start pouchd again',
  });
}

async function recoverOne(
  kernel: Kernel,
  record: ContainerRecord,
  task: TaskProcess | undefined,
): Promise<void> {
  const interrupted = await withLedger(kernel, record.id, (ledger) => Promise.resolve(ledger.interrupted));
  if (interrupted === 'create') return await undoCreate(kernel, record);
  if (interrupted === 'remove') return await removeLocked(kernel, record, { volumes: true });
  if (interrupted === 'start' && !runs(record, task)) return await undoStart(kernel, record);
  if (interrupted === 'start') await commit(kernel, record);
  if (interrupted === 'update') await settleUpdate(kernel, record);
  if (interrupted === 'checkpoint') await settleCheckpoints(kernel, record);
  return await resume(kernel, record, task);
}

/** The start had come as far as the command running and the record saying so. */
function runs({ state }: ContainerRecord, task: TaskProcess | undefined): boolean {
  return state.status === 'running' && task !== undefined && task.status !== TaskStatus.CREATED;
}

async function commit(kernel: Kernel, record: ContainerRecord): Promise<void> {
  await withLedger(kernel, record.id, (ledger) => ledger.commit());
}

async function undoCreate(kernel: Kernel, record: ContainerRecord): Promise<void> {
  await withLedger(kernel, record.id, async (ledger) => {
    await ledger.undo('start');
    await ledger.undo('create');
  });
  await kernel.store.delete(record.id);
}

async function undoStart(kernel: Kernel, record: ContainerRecord): Promise<void> {
  await withLedger(kernel, record.id, async (ledger) => {
    await ledger.undo('start');
    if (record.state.status === 'running')
      setExited(record, { exitStatus: unseenExitCode, exitedAt: undefined });
    record.attachments = {};
    await kernel.store.save(record);
    await ledger.commit();
  });
  if (record.state.status === 'exited') restartAfterExit(kernel, record);
}

/** No verb was cut off in its middle: the task tells what has become of the container. */
async function resume(kernel: Kernel, record: ContainerRecord, task: TaskProcess | undefined): Promise<void> {
  const wasUp = ['running', 'paused', 'restarting'].includes(record.state.status);
  if (task && wasUp && isAlive(task)) return await adopt(kernel, record, task);
  if (!wasUp) return await settle(kernel, record);
  const exit = { exitStatus: task?.exitStatus ?? unseenExitCode, exitedAt: task?.exitedAt };
  // Not awaited: it takes the lock that this recovery holds.
  if (record.state.status !== 'restarting')
    void guarded(kernel, record.id, () => onExit(kernel, record, exit));
  else restartAfterExit(kernel, record);
}

function isAlive({ status }: TaskProcess): boolean {
  return status === TaskStatus.RUNNING || status === TaskStatus.PAUSED || status === TaskStatus.PAUSING;
}

async function adopt(kernel: Kernel, record: ContainerRecord, task: TaskProcess): Promise<void> {
  setRunning(record, await initPid(kernel, record, task.pid), record.state.startedAt);
  // The task knows better than the record when a pause was cut off.
  if (task.status !== TaskStatus.RUNNING) record.state.status = 'paused';
  watchExit(kernel, record);
}

/** It had ended; what its end should have undone is undone now. */
async function settle(kernel: Kernel, record: ContainerRecord): Promise<void> {
  await cleanUpLocked(kernel, record);
  if (record.state.startedAt === '') return;
  if (record.draft.autoRemove) return await removeLocked(kernel, record, { volumes: true });
  // As with Docker, `always` brings back what its user has stopped, when the daemon starts.
  if (record.draft.restart.name === 'always') record.stoppedByUser = false;
  restartAfterExit(kernel, record);
}

/** Layers that are being unpacked are active snapshots too, under keys of another form. */
const containerId = /^[0-9a-f]{64}$/;

/** The log keeper may hold streams of containers that have ended while no daemon was there. */
async function finishStrayStreams({ io, store }: Kernel): Promise<void> {
  for (const id of await io.known()) if (!store.has(id)) await io.finish(id);
}

/** containerd's namespace is ours alone, so what has no record there is left from something cut off. */
async function removeOrphans(kernel: Kernel, damaged: ReadonlySet<string>): Promise<void> {
  const { client } = kernel;
  const store = { has: (id: string) => kernel.store.has(id) || damaged.has(id) };
  for (const { id } of await client.tasks.list())
    if (!store.has(id)) await guarded(kernel, id, () => deleteTask(client, id));
  for (const { id } of await client.containers.list())
    if (!store.has(id)) await guarded(kernel, id, () => ifFound(client.containers.delete(id)).then(() => {}));
  for (const { name, kind } of await client.snapshots.list())
    if (kind === SnapshotKind.ACTIVE && containerId.test(name) && !store.has(name))
      await guarded(kernel, name, () => ifFound(client.snapshots.remove(name)).then(() => {}));
  await finishStrayStreams(kernel);
}
