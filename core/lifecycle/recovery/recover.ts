/**
 * What a new daemon does with what the last one left: interrupted verbs are finished or undone, ends that nobody saw
 * are recorded, damage is set aside, and what no container can have is removed.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { HostEffectArgs } from '../../../hooks/hostEffects.ts';
import { hasCode, hasNoFilesLeft, messageOf, type PouchError } from '../../../hooks/errors.ts';
import { bundlesOf, idsOfBundles, removeLeftBundle } from '../../apply/effects/leftBundle.ts';
import { hasShim } from '../../apply/effects/strayShim.ts';
import { deleteTask } from '../../apply/effects/task.ts';
import type { Ledger } from '../../apply/Ledger.ts';
import { ifFound, SnapshotKind, TaskStatus, type TaskProcess } from '../../containerd/index.ts';
import { settleCheckpoints } from '../checkpoint/remove.ts';
import { alivePid, type Finding, quarantine, type Traces } from '../damaged/quarantine.ts';
import { cleanUpLocked } from '../exits/cleanUp.ts';
import { setExited, settleExitLater, unseenExitCode, watchExit } from '../exits/watchExit.ts';
import { watchHealth } from '../health/watchHealth.ts';
import { watchReadiness } from '../readiness/watchReadiness.ts';
import { thawCutOff } from '../roots/frozen.ts';
import { settleCutOff } from '../roots/settleRoots.ts';
import { resumeStopped } from './resumeStopped.ts';
import { settleReconcile } from '../reconcile/replacePlan.ts';
import { resumeTrial } from '../upgrade/trial.ts';
import { noteNames } from '../shared/networkNames.ts';
import { notePorts } from '../shared/publishedPorts.ts';
import { undoStartEffects } from '../shared/undoStartEffects.ts';
import { initPid } from '../task/initPid.ts';
import { ownerOfRoot } from '../../contract/rootKey.ts';
import { asOperation, type EngineContext, withLedger } from '../shared/engineContext.ts';
import { removeLocked } from '../verbs/remove.ts';
import { removeOrRestart } from '../exits/afterExit.ts';
import { restartAfterExit } from '../exits/restartPolicy.ts';
import { setRunning } from '../verbs/start.ts';
import { settleUpdate } from '../verbs/update.ts';
import { isUpOrRestarting } from '../../state/status.ts';

/** Looks up what containerd has under a container's id. */
type TracesOf = (id: string) => Traces;

/** Damaged containers are set aside for their user; the others are recovered. */
export async function recover(engine: EngineContext): Promise<void> {
  const { store } = engine;
  // The streams of exec processes ended with the daemon that read them.
  await rm(join(engine.config.state, 'exec'), { recursive: true, force: true });
  const { recordless, damaged } = await store.load();
  for (const { draft } of store.list()) engine.secrets.note(draft);
  const tracesOf = await survey(engine);
  for (const { id, read } of damaged) {
    const found = read.state === 'damaged' ? read.found : undefined;
    await quarantine(
      engine,
      id,
      { problem: read.problem, isNewer: read.state === 'newer', found },
      tracesOf(id),
    );
  }
  for (const id of recordless) await guarded(engine, id, () => settleRecordless(engine, id, tracesOf(id)));
  for (const record of store.list())
    if (mayStart(record, tracesOf(record.id).task))
      engine.bootOrder.expect(record.id, record.draft.boot?.order ?? 0);
  await Promise.all(
    store
      .list()
      .map((record) =>
        guarded(engine, record.id, () =>
          asOperation(engine, record.id, 'recover', () => recoverSound(engine, record, tracesOf(record.id))),
        ),
      ),
  );
  await settleOrphans(engine, tracesOf);
}

async function survey({ client }: EngineContext): Promise<TracesOf> {
  const [allTasks, snapshots] = await Promise.all([client.tasks.list(), client.snapshots.list()]);
  const tasks = new Map(allTasks.map((task) => [task.id, task]));
  const parents = new Map(snapshots.map(({ name, parent }) => [name, parent]));
  return (id) => ({ task: tasks.get(id), parent: parents.get(id) });
}

/** A daemon that runs out of descriptors here would not watch its containers: it does not start. */
async function guarded(engine: EngineContext, id: string, work: () => Promise<void>): Promise<void> {
  await work().catch((error: unknown) => {
    if (hasNoFilesLeft(error)) throw error;
    engine.log.error('a container could not be recovered', { container: id, error: messageOf(error) });
  });
}

/** config.json does not exist: a create or a remove was interrupted, or the file is lost. */
async function settleRecordless(engine: EngineContext, id: string, traces: Traces): Promise<void> {
  const { store } = engine;
  await withLedger(engine, id, async (ledger) => {
    const problem = await lossOf(engine, id, ledger, traces);
    if (problem !== undefined) return await quarantine(engine, id, { problem }, traces);
    await undoStartEffects(engine, { id, attachments: {}, degraded: [] }, ledger);
    await ledger.undo('create');
    await store.discard(id);
  }).catch(async (error: unknown) => {
    if (!isDamage(error)) throw error;
    await quarantine(engine, id, { problem: error.message, isNewer: true, file: 'journal.jsonl' }, traces);
  });
}

/** Undefined if the journal says that a create or remove was under way, or if nothing was done yet. */
async function lossOf(
  { store }: EngineContext,
  id: string,
  ledger: Ledger,
  { task, parent }: Traces,
): Promise<string | undefined> {
  const problem = 'config.json: not found';
  if (ledger.damage !== undefined) return `${problem}; ${ledger.damage}`;
  if (ledger.interrupted === 'create' || ledger.interrupted === 'remove') return undefined;
  const hasTraces = task !== undefined || parent !== undefined;
  const isJustMade = ledger.isNew && !hasTraces && (await hasOnlySpec(store.directoryOf(id)));
  return isJustMade ? undefined : problem;
}

/** The first files of a create: the journal comes next. */
async function hasOnlySpec(directory: string): Promise<boolean> {
  const files = await readdir(directory);
  return files.every((file) => ['spec.json', 'journal.jsonl'].includes(file));
}

/** A journal of a later Pouch sets its container aside. */
async function recoverSound(engine: EngineContext, record: ContainerRecord, traces: Traces): Promise<void> {
  try {
    await recoverOne(engine, record, traces.task);
    if (engine.store.has(record.id)) resumeStopped(engine, record);
  } catch (error) {
    if (!isDamage(error)) throw error;
    const finding: Finding = {
      problem: error.message,
      isNewer: true,
      file: 'journal.jsonl',
      found: record,
    };
    await quarantine(engine, record.id, finding, traces);
  }
}

function isDamage(error: unknown): error is PouchError {
  return hasCode(error, 'PCH_CONTAINER_DAMAGED');
}

async function recoverOne(
  engine: EngineContext,
  record: ContainerRecord,
  task: TaskProcess | undefined,
): Promise<void> {
  const { interrupted, isPrepared } = await withLedger(engine, record.id, (ledger) =>
    Promise.resolve({ interrupted: ledger.interrupted, isPrepared: ledger.pending('start').length > 0 }),
  );
  if (interrupted === 'create') return await undoCreate(engine, record);
  if (interrupted === 'remove') return await removeLocked(engine, record, { volumes: true });
  if (interrupted === 'start' && !runs(record, task)) return await undoStart(engine, record);
  if (interrupted === 'start') await commit(engine, record);
  if (interrupted === 'update') await settleUpdate(engine, record);
  if (interrupted === 'reconcile') await settleReconcile(engine, record);
  if (interrupted === 'snapshot' || interrupted === 'upgrade') await settleCutOff(engine, record);
  if (interrupted === 'checkpoint') await settleCheckpointsOrWarn(engine, record);
  const isCutOff = interrupted === undefined && record.state.status === 'created' && isPrepared;
  // Of a run that ended between its create and its start, as of one whose start has failed, nothing stays.
  if (isCutOff && record.draft.autoRemove) return await removeLocked(engine, record, { volumes: true });
  await resume(engine, record, interrupted === 'snapshot' ? await thawCutOff(engine, record, task) : task);
  if (!engine.store.has(record.id)) return;
  engine.deliveries.begin(record);
  resumeTrial(engine, record);
}

/** Checkpoints on a file system that does not respond must not keep their container from being managed. */
async function settleCheckpointsOrWarn(engine: EngineContext, record: ContainerRecord): Promise<void> {
  await settleCheckpoints(engine, record).catch((error: unknown) => {
    if (!hasCode(error, 'PCH_FILE_TIMEOUT')) throw error;
    engine.log.warn('an interrupted checkpoint is left for the next start', {
      container: record.id,
      error: error.message,
    });
  });
}

/** The start had come as far as the command running and the record saying so. */
function runs({ state }: ContainerRecord, task: TaskProcess | undefined): boolean {
  return state.status === 'running' && task !== undefined && task.status !== TaskStatus.CREATED;
}

async function commit(engine: EngineContext, record: ContainerRecord): Promise<void> {
  await withLedger(engine, record.id, (ledger) => ledger.commit());
}

async function undoCreate(engine: EngineContext, record: ContainerRecord): Promise<void> {
  await withLedger(engine, record.id, async (ledger) => {
    await undoStartEffects(engine, record, ledger);
    await ledger.undo('create');
  });
  await engine.store.delete(record.id);
}

async function undoStart(engine: EngineContext, record: ContainerRecord): Promise<void> {
  await withLedger(engine, record.id, async (ledger) => {
    await undoStartEffects(engine, record, ledger);
    if (record.state.status === 'running')
      setExited(record, { exitStatus: unseenExitCode, exitedAt: undefined });
    record.attachments = {};
    await engine.store.save(record);
    await ledger.commit();
  });
  if (record.draft.autoRemove) return await removeLocked(engine, record, { volumes: true });
  if (record.state.status === 'exited') await restartAfterExit(engine, record);
}

/** No verb was interrupted: the task shows the state of the container. */
async function resume(
  engine: EngineContext,
  record: ContainerRecord,
  task: TaskProcess | undefined,
): Promise<void> {
  const wasUp = isUpOrRestarting(record);
  if (task && wasUp && hasStarted(task)) return await adopt(engine, record, task);
  if (!wasUp) return await settle(engine, record);
  const exit = { exitStatus: task?.exitStatus ?? unseenExitCode, exitedAt: task?.exitedAt };
  // Not awaited: it takes the lock that this recovery holds.
  if (record.state.status !== 'restarting') settleExitLater(engine, record, exit);
  else await restartAfterExit(engine, record);
}

/** Whether it may be started again, for which it waits for its turn. */
function mayStart(record: ContainerRecord, task: TaskProcess | undefined): boolean {
  const { draft, state } = record;
  if (draft.autoRemove || (task && hasStarted(task))) return false;
  return isUpOrRestarting(record) || (draft.restart.name === 'always' && state.startedAt !== '');
}

function hasStarted({ status }: TaskProcess): boolean {
  return status !== TaskStatus.CREATED && status !== TaskStatus.STOPPED;
}

/**
 * The shim of a task of unknown status did not respond to containerd in time, 2 s by default, which says nothing
 * about the container: it is what the record says, and its end is noticed like any other.
 */
async function adopt(
  engine: EngineContext,
  record: ContainerRecord,
  { status, pid }: TaskProcess,
): Promise<void> {
  const isUnknown = status === TaskStatus.UNKNOWN;
  const { status: before, pid: pidBefore, startedAt } = record.state;
  setRunning(engine, record, isUnknown ? pidBefore : await initPid(engine, record, pid), startedAt);
  // The task knows better than the record when a pause was cut off.
  if (isUnknown ? before === 'paused' : status !== TaskStatus.RUNNING) record.state.status = 'paused';
  await resumeProcesses(engine, record);
  notePorts(engine, record);
  await noteNames(engine, record);
  watchExit(engine, record);
  watchReadiness(engine, record);
  watchHealth(engine, record, { isAdopted: true });
}

async function resumeProcesses(
  { hostRecords, hostProcesses }: EngineContext,
  { id, draft }: ContainerRecord,
): Promise<void> {
  for (const { container, key, kind, args } of await hostRecords.all())
    if (container === id && kind === 'host.process' && key in draft.effects)
      hostProcesses.resume(args as HostEffectArgs<'host.process'>, { container, key });
}

/** It had ended; what its end should have undone is undone now. */
async function settle(engine: EngineContext, record: ContainerRecord): Promise<void> {
  await cleanUpLocked(engine, record);
  if (record.state.startedAt === '') return;
  // As with Docker, `always` brings back what its user has stopped, when the daemon starts.
  if (record.draft.restart.name === 'always') record.stoppedByUser = false;
  await removeOrRestart(engine, record);
}

/** The log keeper may hold streams of containers that have ended while no daemon was there. */
async function finishStrayStreams({ io, store }: EngineContext): Promise<void> {
  for (const id of await io.known()) if (!store.knows(id)) await io.finish(id);
}

/**
 * containerd's namespace is Pouch's alone, but a directory may be lost (a disk that is not mounted): what runs or has
 * data is set aside, and only the rest is removed.
 */
async function settleOrphans(engine: EngineContext, tracesOf: TracesOf): Promise<void> {
  const { client, store } = engine;
  const problem = 'config.json: not found, and neither is its directory';
  const settle = (id: string, work: () => Promise<unknown>) =>
    guarded(engine, id, async () => {
      if (!store.knows(id)) await work();
    });
  // Layers that are being unpacked are active snapshots too, under keys of another form.
  for (const { name, kind } of await client.snapshots.list()) {
    const id = kind === SnapshotKind.ACTIVE ? ownerOfRoot(name) : undefined;
    if (id !== undefined) await settle(id, () => quarantine(engine, id, { problem }, tracesOf(id)));
  }
  for (const task of await client.tasks.list())
    await settle(task.id, () =>
      task.status === TaskStatus.UNKNOWN || alivePid(task) > 0
        ? quarantine(engine, task.id, { problem }, tracesOf(task.id))
        : deleteTask(client, task.id),
    );
  const bundles = bundlesOf(engine.config);
  for (const id of bundles === undefined ? [] : await idsOfBundles(bundles))
    await settle(id, () => removeStrayBundle(engine, bundles!, id));
  for (const { id } of await client.containers.list())
    await settle(id, () => ifFound(client.containers.delete(id)));
  await finishStrayStreams(engine);
}

async function removeStrayBundle({ client }: EngineContext, bundles: string, id: string): Promise<void> {
  const isInUse = (await ifFound(client.tasks.get(id))) !== undefined || (await hasShim(client, id));
  if (!isInUse) await removeLeftBundle(bundles, id);
}
