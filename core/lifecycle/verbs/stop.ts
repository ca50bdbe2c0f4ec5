import { hasCode } from '../../../hooks/errors.ts';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { killProcess } from '../../supervise/killProcess.ts';
import { ignoreGone, isProcessGone } from '../../containerd/index.ts';
import { happensWithin } from '../../wait/deadline.ts';
import { cleanUpLocked } from '../exits/cleanUp.ts';
import { keepRecord } from '../shared/keepRecord.ts';
import { emitContainer, type EngineContext, underLock } from '../shared/engineContext.ts';
import { stuck } from '../exits/killDeadline.ts';
import { refuseWithGuests } from '../vm/placeInVm.ts';
import { syncFilesystems } from '../task/syncFilesystems.ts';
import { untilHandled } from '../task/untilHandled.ts';
import { thaw } from '../task/onTask.ts';
import { runInContainer } from '../exec/runInContainer.ts';
import { checkExit } from '../services/refusals.ts';
import { isUp, mayRestart } from '../../state/status.ts';
import { planStop, stopDraft, type StopOptions, type StopPlan } from './planStop.ts';
import { killDeadlineMs, sigkill } from '../../contract/signals.ts';
import { isVm } from '../vm/isVm.ts';

/** Resolves to false if the container did not run. By then its effects are undone. */
export async function stop(
  engine: EngineContext,
  record: ContainerRecord,
  options: StopOptions,
): Promise<boolean> {
  const wasWaitingBefore = engine.restarts.cancel(record.id);
  const draft = stopDraft(record, 'stop', options);
  return await underLock(engine, record, 'stop', async () => {
    // An exit that had the lock first may have scheduled another.
    const wasWaiting = engine.restarts.cancel(record.id) || wasWaitingBefore;
    refuseWithGuests(engine, record);
    const how = await planStop(engine, draft);
    record.stoppedByUser = true;
    // A daemon that dies before the container has ended must not start it again by its policy.
    if (mayRestart(record)) await keepRecord(engine, record);
    if (wasWaiting) record.state.status = 'exited';
    const ran = await stopLocked(engine, record, how);
    await keepRecord(engine, record);
    if (ran) emitContainer(engine, 'stop', record);
    return ran || wasWaiting;
  });
}

/** The caller holds the container's lock. */
export async function stopLocked(
  engine: EngineContext,
  record: ContainerRecord,
  how: StopPlan,
): Promise<boolean> {
  const ran = isUp(record);
  if (ran) await end(engine, record, how);
  await cleanUpLocked(engine, record);
  return ran;
}

/**
 * Runs what ends a container in another way than a signal; its restart policy does not bring it back. If that fails,
 * it continues as before. The caller holds the container's lock.
 */
export async function endedLocked(
  engine: EngineContext,
  record: ContainerRecord,
  endIt: () => Promise<void>,
): Promise<void> {
  const { stoppedByUser } = record;
  const exited = engine.waiters.next('exit', record.id);
  record.stoppedByUser = true;
  if (mayRestart(record)) await keepRecord(engine, record);
  try {
    await endIt();
    if (!(await happensWithin(exited, killDeadlineMs))) throw stuck(record);
  } catch (error) {
    record.stoppedByUser = stoppedByUser;
    await keepRecord(engine, record);
    throw error;
  }
  await cleanUpLocked(engine, record);
  await keepRecord(engine, record);
}

async function end(engine: EngineContext, record: ContainerRecord, how: StopPlan): Promise<void> {
  const exited = engine.waiters.next('exit', record.id);
  if (record.state.status === 'paused') await thaw(engine, record);
  if (!how.args && how.signal === sigkill) return await kill(engine, record, exited);
  const withinMs = how.timeoutSeconds < 0 ? Infinity : how.timeoutSeconds * 1000;
  const since = performance.now();
  await ask(engine, record, how, { withinMs, exited });
  if (await happensWithin(exited, withinMs - (performance.now() - since))) {
    // A stop has none, but this is how it was asked to end.
    if (how.ending) record.state.ending = how.ending;
    return;
  }
  await syncFilesystems(engine, record);
  await kill(engine, record, exited);
}

async function kill(engine: EngineContext, record: ContainerRecord, exited: Promise<unknown>): Promise<void> {
  await send(engine, record, sigkill);
  if (!(await happensWithin(exited, killDeadlineMs))) throw stuck(record);
}

/** Asks the init for the end of its container. */
async function ask(
  engine: EngineContext,
  record: ContainerRecord,
  { signal, args, ending }: StopPlan,
  { withinMs, exited }: { withinMs: number; exited: Promise<unknown> },
): Promise<void> {
  const ended = abortedBy(exited);
  if (args) return await order(engine, record, { args, ending, withinMs, ended });
  await untilHandled(engine, record, signal, { withinMs, exited: ended });
  await send(engine, record, signal);
}

interface Order extends Pick<StopPlan, 'ending'> {
  args: readonly string[];
  withinMs: number;
  ended: AbortSignal;
}

/** Runs a command that has the init end the container, which may end the command, too. */
async function order(
  engine: EngineContext,
  record: ContainerRecord,
  { args, ending, withinMs, ended }: Order,
): Promise<void> {
  try {
    const result = await runInContainer(engine, record, { args, deadlineMs: withinMs, signal: ended });
    if (isUp(record)) checkExit(record, result, { wanted: ending === 'reboot' ? 'reboot' : 'power off' });
  } catch (error) {
    if (isUp(record) && !hasCode(error, 'PCH_DEADLINE', 'PCH_CONTAINER_NOT_RUNNING')) throw error;
  }
}

function abortedBy(event: Promise<unknown>): AbortSignal {
  const controller = new AbortController();
  const abort = () => controller.abort();
  event.then(abort, abort);
  return controller.signal;
}

async function send(engine: EngineContext, record: ContainerRecord, signal: number): Promise<void> {
  emitContainer(engine, 'kill', record, { signal: String(signal) });
  await engine.client.tasks.kill(record.id, signal).catch((error: unknown) => {
    if (isProcessGone(error) || !hasCode(error, 'PCH_CONTAINERD_FAILED')) return ignoreGone(error);
    killWithoutRuntime(engine, record, error);
  });
}

/** The runtime that should have sent the signal does not work any more, or was uninstalled. */
function killWithoutRuntime(engine: EngineContext, record: ContainerRecord, error: Error): void {
  const { id, state } = record;
  const { log } = engine;
  // The host sees only the VM, which may run other containers.
  if (isVm(engine, record)) throw error;
  log.error('the runtime sent no signal: init is killed from outside', {
    container: id,
    error: error.message,
  });
  if (state.pid > 0) killProcess(state.pid);
}
