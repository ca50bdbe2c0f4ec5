import type { ContainerRecord } from '../../hooks/engine.ts';
import { killProcess } from '../supervise/killProcess.ts';
import { isContainerdError, saysEnded } from '../containerd/index.ts';
import { happensWithin } from '../wait/deadline.ts';
import { cleanUpLocked } from './exit.ts';
import { keepRecord } from './keepRecord.ts';
import { emitContainer, type Kernel, underLock } from './kernel.ts';
import { killDeadlineMs, stuck } from './killed.ts';
import { refuseWithGuests } from './machine.ts';
import { thaw } from './onTask.ts';
import { signalNumber } from '../contract/signals.ts';

const SIGKILL = 9;

export interface StopOptions {
  timeoutSeconds?: number;
  signal?: string;
}

/** Answers false if the container did not run. Its effects are undone when it answers. */
export async function stop(kernel: Kernel, record: ContainerRecord, options: StopOptions): Promise<boolean> {
  const wasWaiting = kernel.restarts.cancel(record.id);
  const signal = signalNumber(options.signal ?? record.draft.stop.signal);
  return await underLock(kernel, record, 'stop', async () => {
    refuseWithGuests(kernel, record);
    record.stoppedByUser = true;
    // A daemon that dies before the container has ended must not start it again by its policy.
    if (record.draft.restart.name !== 'no') await keepRecord(kernel, record);
    if (wasWaiting) record.state.status = 'exited';
    const ran = await stopLocked(kernel, record, signal, options.timeoutSeconds);
    await keepRecord(kernel, record);
    if (ran) emitContainer(kernel, 'stop', record);
    return ran || wasWaiting;
  });
}

/** The caller holds the container's lock. */
export async function stopLocked(
  kernel: Kernel,
  record: ContainerRecord,
  signal: number,
  timeoutSeconds = record.draft.stop.timeoutSeconds,
): Promise<boolean> {
  const { status } = record.state;
  const ran = status === 'running' || status === 'paused';
  if (ran) await end(kernel, record, signal, timeoutSeconds);
  await cleanUpLocked(kernel, record);
  return ran;
}

/**
 * Runs what ends a container in another way than a signal; its restart policy does not bring it back. If that fails, it goes
 * on as before. The caller holds the container's lock.
 */
export async function endedLocked(
  kernel: Kernel,
  record: ContainerRecord,
  endIt: () => Promise<void>,
): Promise<void> {
  const { stoppedByUser } = record;
  const exited = kernel.exits.next('exit', record.id);
  record.stoppedByUser = true;
  if (record.draft.restart.name !== 'no') await keepRecord(kernel, record);
  try {
    await endIt();
    if (!(await happensWithin(exited, killDeadlineMs))) throw stuck(record);
  } catch (error) {
    record.stoppedByUser = stoppedByUser;
    await keepRecord(kernel, record);
    throw error;
  }
  await cleanUpLocked(kernel, record);
  await keepRecord(kernel, record);
}

async function end(
  kernel: Kernel,
  record: ContainerRecord,
  signal: number,
  timeoutSeconds: number,
): Promise<void> {
  const exited = kernel.exits.next('exit', record.id);
  if (record.state.status === 'paused') await thaw(kernel, record);
  await send(kernel, record, signal);
  if (await happensWithin(exited, timeoutSeconds < 0 ? Infinity : timeoutSeconds * 1000)) return;
  await send(kernel, record, SIGKILL);
  if (await happensWithin(exited, killDeadlineMs)) return;
  throw stuck(record);
}

async function send(kernel: Kernel, record: ContainerRecord, signal: number): Promise<void> {
  emitContainer(kernel, 'kill', record, { signal: String(signal) });
  await kernel.client.tasks.kill(record.id, signal).catch((error: unknown) => {
    if (saysEnded(error) || !isContainerdError(error, 'PCH_CONTAINERD_FAILED')) return ignoreGone(error);
    killWithoutRuntime(kernel, record, error);
  });
}

/** The runtime that should have sent the signal does not work any more, or was uninstalled. */
function killWithoutRuntime(kernel: Kernel, { id, state, draft }: ContainerRecord, error: Error): void {
  const { log, generations } = kernel;
  // The host sees only the machine, which may have other containers.
  if (generations.current.runtimes.get(draft.runtime)?.isolation === 'vm') throw error;
  log.error('the runtime sent no signal: init is killed from outside', {
    container: id,
    error: error.message,
  });
  if (state.pid > 0) killProcess(state.pid);
}

/** It ended by itself meanwhile. */
export function ignoreGone(error: unknown): void {
  if (!saysEnded(error)) throw error;
}
