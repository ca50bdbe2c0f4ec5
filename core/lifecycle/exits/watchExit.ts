/** What follows the end of a container's PID 1, whether anybody asked for it or not. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { hasNoFilesLeft, messageOf, PouchError } from '../../../hooks/errors.ts';
import { catalogue } from '../../../hooks/catalogue.ts';
import { networkAttachments } from '../../../hooks/networkAttachments.ts';
import type { Ledger } from '../../apply/Ledger.ts';
import { oomKills } from '../../host/oomKills.ts';
import { isContainerdError } from '../../containerd/index.ts';
import { retry } from '../../wait/retry.ts';
import { isDiskFull, withReserve } from '../../state/reserve.ts';
import { undoStartEffects } from '../shared/undoStartEffects.ts';
import { keepRecord } from '../shared/keepRecord.ts';
import { emitContainer, type EngineContext, withLedger } from '../shared/EngineContext.ts';
import { isLostExit, lostExitError } from './lostExit.ts';
import { settleOom } from './oom.ts';
import { removeLocked } from '../verbs/remove.ts';
import { restartAfterExit } from './restartPolicy.ts';

/** Exit code of a container whose end nobody saw: the host went down under it. */
export const unseenExitCode = 255;

/** Milliseconds before the next try to reach containerd. */
const retryMs = 200;
/** The next daemon or verb does what still fails after the last of them. */
const cleanUpPausesMs = [200, 400, 800, 1_600, 3_200, 6_400];

interface Exit {
  exitStatus: number;
  exitedAt: Date | undefined;
}

/** Watches a running container until it ends; never throws. */
export function watchExit(engine: EngineContext, record: ContainerRecord): void {
  const settled = waitForExit(engine, record.id).then((exit) => exit && onExit(engine, record, exit));
  logFailure(engine, record, settled);
}

/** The same for a container that has ended already. Not awaited: it takes the lock that its caller may hold. */
export function settleExitLater(engine: EngineContext, record: ContainerRecord, exit: Exit): void {
  logFailure(engine, record, onExit(engine, record, exit));
}

function logFailure(engine: EngineContext, { id }: ContainerRecord, work: Promise<unknown>): void {
  work.catch((error: unknown) => {
    engine.log.error('after the exit of a container', { container: id, error: messageOf(error) });
  });
}

/** Undefined when the daemon ends first. Goes on through restarts of containerd. */
async function waitForExit(engine: EngineContext, id: string): Promise<Exit | undefined> {
  while (!engine.shutdown.aborted) {
    try {
      return await engine.client.tasks.wait(id, '', { signal: engine.shutdown });
    } catch (error) {
      if (isContainerdError(error, 'PCH_CONTAINERD_NOT_FOUND'))
        return { exitStatus: unseenExitCode, exitedAt: undefined };
      if (!isContainerdError(error, 'PCH_CANCELLED')) await delay(retryMs, undefined, { ref: false });
    }
  }
  return undefined;
}

/** Tells the exit as soon as all output is there; the clean-up follows and delays nobody but the next verb. */
async function onExit(engine: EngineContext, record: ContainerRecord, reported: Exit): Promise<void> {
  const [kills, isLost] = await Promise.all([
    oomKills(record.draft.cgroupsPath),
    isLostExit(engine, record, { ...reported, kind: 'command', since: record.state.startedAt }),
    finishOutput(engine, record),
  ]);
  const exit = isLost ? { ...reported, exitStatus: unseenExitCode } : reported;
  setExited(record, exit);
  if (isLost) record.state.error = lostExitError;
  settleOom(engine, record, kills);
  if (record.draft.autoRemove) engine.store.forgetName(record);
  const exitCode = exit.exitStatus;
  engine.exits.settle('exit', record.id, { exitCode, ...(isLost && { error: lostExitError }) });
  emitContainer(engine, 'die', record, { exitCode: String(exitCode) });
  // The next daemon finds the ended task and cleans up.
  if (engine.shutdown.aborted) return;
  await retried(engine, record, () =>
    engine.locks.run(record.id, 'clean up', () => settleExitLocked(engine, record)),
  );
}

async function settleExitLocked(engine: EngineContext, record: ContainerRecord): Promise<void> {
  // Another verb may have had the lock first, and done all this or started it anew.
  if (record.state.status === 'running' || !engine.store.has(record.id)) return;
  await cleanUpLocked(engine, record);
  if (record.draft.autoRemove) await removeLocked(engine, record, { volumes: true });
  else await restartAfterExit(engine, record);
}

/** No caller repeats this clean-up when containerd is being restarted, a helper was killed, or no descriptor is left for a moment. */
async function retried(
  engine: EngineContext,
  { id }: ContainerRecord,
  work: () => Promise<void>,
): Promise<void> {
  const isWorthIt = (error: unknown) => {
    const code = error instanceof PouchError ? error.code : '';
    const passes = /^PCH_(CONTAINERD_|FILE_WORKER$)/.test(code) || hasNoFilesLeft(error);
    if (passes)
      engine.log.warn('the clean-up after an exit is repeated', { container: id, error: messageOf(error) });
    return passes;
  };
  await retry(work, { pausesMs: cleanUpPausesMs, isWorthIt, signal: engine.shutdown });
}

async function finishOutput(engine: EngineContext, { id }: ContainerRecord): Promise<void> {
  await engine.io.finish(id).catch((error: unknown) => {
    // The next daemon finishes it.
    if (engine.shutdown.aborted) return;
    engine.log.error('its last output may be missing', { container: id, error: messageOf(error) });
  });
}

export function setExited(record: ContainerRecord, { exitStatus, exitedAt }: Exit): void {
  Object.assign(record.state, {
    status: 'exited',
    pid: 0,
    exitCode: exitStatus,
    finishedAt: (exitedAt ?? new Date()).toISOString(),
  });
}

/** Undoes the effects of the start, and has the poststop taps run, once. The caller holds the container's lock. */
export async function cleanUpLocked(engine: EngineContext, record: ContainerRecord): Promise<void> {
  await engine.generations.use((generation) =>
    withLedger(engine, record.id, async (ledger) => {
      // Attachments without effects: the last daemon ended before it had called the taps of network.postDetach.
      if (ledger.pending('start').length > 0 || networkAttachments(record).length > 0) {
        await ledger.begin('stop');
        // The exit code is on the disk before the task, which knows it too, is gone.
        await keep(engine, record);
        const moment = { container: record, netns: record.draft.namespaces.network ?? '' };
        // One that was prepared and never started has not stopped either.
        const hasRun = record.state.startedAt !== '';
        if (hasRun)
          await ledger.once('poststop', 'start', async () => {
            await generation.runner.apply(catalogue.container.poststop, moment, { log: engine.log });
          });
        await undoStart(engine, record, ledger);
        record.attachments = {};
        await keep(engine, record);
        await ledger.commit();
      }
    }),
  );
}

/** The record of one that is about to be removed need not reach the disk. */
async function keep(engine: EngineContext, record: ContainerRecord): Promise<void> {
  if (!record.draft.autoRemove) await keepRecord(engine, record);
}

/** What a full disk leaves of it is undone by the container's next start or removal, or the next daemon. */
async function undoStart(engine: EngineContext, record: ContainerRecord, ledger: Ledger): Promise<void> {
  await withReserve(engine.config.root, () => undoStartEffects(engine, record, ledger)).catch(
    (error: unknown) => {
      if (!isDiskFull(error)) throw error;
      engine.log.error('disk full: the clean-up after a container is incomplete', {
        container: record.id,
        error: messageOf(error),
      });
    },
  );
}
