import type { ContainerRecord } from '../../../hooks/engine.ts';
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import { catalogue } from '../../../hooks/catalogue.ts';
import { networkAttachments } from '../../../hooks/networkAttachments.ts';
import { runtimeError } from '../../apply/effects/runtimeError.ts';
import { effectsOf } from '../../apply/effectsOf.ts';
import type { Ledger } from '../../apply/Ledger.ts';
import { identify } from '../../supervise/processIdentity.ts';
import { checkRestorable, forgetWork, restoreError, restoring } from '../checkpoint/restore.ts';
import { checkSources } from '../shared/checkSources.ts';
import { awaitLinked } from '../shared/links.ts';
import { undoStartEffects } from '../shared/undoStartEffects.ts';
import { watchExit } from '../exits/watchExit.ts';
import { watchHealth } from '../health/watchHealth.ts';
import { watchReadiness } from '../readiness/watchReadiness.ts';
import { removeLocked } from './remove.ts';
import { applyTaps, observeTaps } from '../shared/containerHooks.ts';
import { initPid } from '../task/initPid.ts';
import { mountRestored } from '../task/mountInside.ts';
import { prepareInside } from '../task/prepareInside.ts';
import { inItsVm } from '../vm/placeInVm.ts';
import { emitVolumes } from '../shared/emitVolumes.ts';
import { emitContainer, type EngineContext, withLedger, underLock } from '../shared/engineContext.ts';
import { isUp } from '../../state/status.ts';
import { paused } from '../task/refusals.ts';
import { emitNetwork } from '../shared/emitNetwork.ts';
import { updateNames } from '../shared/networkNames.ts';
import { expectPorts, listenOnPorts } from '../shared/publishedPorts.ts';

export interface StartOptions {
  /** Name of one of its checkpoints. */
  checkpoint?: string;
}

/** Starts a container; succeeds at once if it runs. */
export async function start(
  engine: EngineContext,
  record: ContainerRecord,
  options: StartOptions = {},
): Promise<void> {
  if (options.checkpoint === undefined) engine.restarts.cancel(record.id);
  await underLock(engine, record, 'start', async () => {
    if (options.checkpoint !== undefined) await checkRestorable(engine, record, options.checkpoint);
    engine.restarts.cancel(record.id);
    try {
      await startLocked(engine, record, options);
    } catch (error) {
      if (record.draft.autoRemove && !isUp(record)) await removeLocked(engine, record, { volumes: true });
      throw error;
    }
  });
}

/** The caller holds the container's lock. */
export async function startLocked(
  engine: EngineContext,
  record: ContainerRecord,
  { checkpoint }: StartOptions = {},
): Promise<void> {
  if (record.state.status === 'running') return;
  checkStartable(record);
  await inItsVm(engine, record, () => startPrepared(engine, record, checkpoint));
}

async function startPrepared(
  engine: EngineContext,
  record: ContainerRecord,
  checkpoint: string | undefined,
): Promise<void> {
  await engine.generations.use(() =>
    withLedger(engine, record.id, async (ledger) => {
      engine.files.warm();
      // Anything left here comes from a failed undo; retrying works once the cause is fixed.
      if (!engine.prepared.delete(record.id)) await undoStartEffects(engine, record, ledger);
      await ledger.begin('start');
      // Saved with what becomes of the start.
      delete record.resumes;
      try {
        await applyStart(engine, record, ledger, checkpoint);
      } catch (cause) {
        const error = engine.secrets.error(cause);
        await undoStart(engine, record, ledger, error);
        throw error;
      }
      await ledger.commit();
    }),
  );
}

async function applyStart(
  engine: EngineContext,
  record: ContainerRecord,
  ledger: Ledger,
  checkpoint: string | undefined,
): Promise<void> {
  engine.networks.checkUsable(record.draft.network.ids ?? {});
  await awaitLinked(engine, record);
  await checkSources(engine, record);
  expectPorts(engine, record);
  await ledger.apply(restoring(effectsOf(record, 'start'), checkpoint), engine.shutdown);
  record.attachments = ledger.results();
  const moment = { container: record, netns: record.draft.namespaces.network ?? '' };
  await Promise.all([updateNames(engine, record), listenOnPorts(engine, record)]);
  if (checkpoint === undefined) await prepareInside(engine, record, ledger.results());
  await applyTaps(engine, record, catalogue.container.prestart, moment);
  const pid = await startTask(engine, record, checkpoint);
  setRunning(engine, record, await initPid(engine, record, pid), new Date().toISOString());
  if (checkpoint !== undefined) await mountRestored(engine, record);
  engine.attachPoints.started(record.id);
  emitVolumes(engine, 'mount', record);
  for (const { network } of networkAttachments(record)) emitNetwork(engine, 'connect', record, network);
  emitContainer(engine, 'start', record);
  watchExit(engine, record);
  watchReadiness(engine, record);
  watchHealth(engine, record);
  engine.deliveries.begin(record);
  await engine.store.save(record);
  observeTaps(engine, record, catalogue.container.poststart, moment);
}

async function startTask(
  engine: EngineContext,
  record: ContainerRecord,
  checkpoint: string | undefined,
): Promise<number> {
  const deadlineMs = engine.config.runtime.startTimeout;
  try {
    return await engine.client.tasks.start(record.id, '', { deadlineMs });
  } catch (error) {
    if (checkpoint === undefined) throw runtimeError(error, record, deadlineMs);
    throw await restoreError(error, engine, record, checkpoint);
  } finally {
    if (checkpoint !== undefined) await forgetWork(engine, record, checkpoint);
  }
}

/** The caller knows that the process lives; the identity keeps others from taking its place in /proc. */
export function setRunning(
  engine: EngineContext,
  record: ContainerRecord,
  pid: number,
  startedAt: string,
): void {
  const init = identify(pid);
  if (init) engine.inits.set(record.id, init);
  record.stoppedByUser = false;
  delete record.state.ending;
  if (record.state.startedAt !== startedAt) delete record.state.readiness;
  Object.assign(record.state, {
    status: 'running',
    pid,
    startedAt,
    error: '',
    exitCode: 0,
    oomKilled: false,
    finishedAt: '',
  });
}

async function undoStart(
  engine: EngineContext,
  record: ContainerRecord,
  ledger: Ledger,
  cause: unknown,
): Promise<void> {
  await undoStartEffects(engine, record, ledger).catch((error: unknown) => {
    engine.log.error('undo of a failed start', { container: record.id, error: messageOf(error) });
  });
  const exitCode = startExitCode(cause);
  record.attachments = {};
  const status = record.state.startedAt === '' ? 'created' : 'exited';
  Object.assign(record.state, { status, pid: 0, error: messageOf(cause), exitCode });
  engine.attachPoints.gone(record.id, cause);
  engine.waiters.settle('exit', record.id, { exitCode, error: messageOf(cause) });
  await engine.store.save(record);
  await ledger.commit();
}

/** Docker's exit codes of a container whose command could not be run. */
function startExitCode(cause: unknown): number {
  const code = cause instanceof PouchError ? cause.code : '';
  if (code === 'PCH_COMMAND_NOT_FOUND') return 127;
  return code === 'PCH_COMMAND_NOT_EXECUTABLE' ? 126 : 128;
}

function checkStartable(record: ContainerRecord): void {
  const { state, name } = record;
  if (state.status === 'paused') throw paused(record);
  if (state.status === 'removing' || state.status === 'dead')
    throw new PouchError('PCH_CONFLICT', `the container ${name} is ${state.status}: it cannot be started`, {
      hint: `pouch rm -f ${name}`,
    });
}
