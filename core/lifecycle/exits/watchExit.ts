/** Watches the PID 1 of containers and records their ends. */
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { messageOf } from '../../../hooks/errors.ts';
import { oomKills } from '../../host/oomKills.ts';
import { emitContainer, type EngineContext } from '../shared/engineContext.ts';
import { endOfInit } from './endOfProcess.ts';
import { type CommandExit, commandExit, withCommand } from './commandExit.ts';
import { isLostExit, lostExitError } from './lostExit.ts';
import { settleOom } from './oom.ts';

/** Exit code of a container whose end nobody saw: the host went down under it. */
export const unseenExitCode = 255;

interface Exit {
  exitStatus: number;
  exitedAt: Date | undefined;
}

/** Watches a running container until it ends; never throws. */
export function watchExit(engine: EngineContext, record: ContainerRecord): void {
  const unseen: Exit = { exitStatus: unseenExitCode, exitedAt: undefined };
  const settled = endOfInit(engine, record.id).then(async (exit) => {
    if (exit !== undefined || !engine.shutdown.aborted) await onExit(engine, record, exit ?? unseen);
  });
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

/** Reports the exit as soon as all output is read. What follows (afterExit.ts) delays only the next verb. */
async function onExit(engine: EngineContext, record: ContainerRecord, reported: Exit): Promise<void> {
  engine.healthWatches.end(record.id);
  const [kills, isLost] = await Promise.all([
    oomKills(record.draft.cgroupsPath),
    isLostExit(engine, record, { ...reported, kind: 'command', since: record.state.startedAt }),
    finishOutput(engine, record),
  ]);
  const exit = isLost ? { ...reported, exitStatus: unseenExitCode } : reported;
  setExited(record, exit, await commandExit(record));
  if (isLost) record.state.error = lostExitError;
  settleOom(engine, record, kills);
  if (record.draft.autoRemove) engine.store.forgetName(record);
  const { exitCode, ending } = record.state;
  engine.waiters.settle('exit', record.id, { exitCode, ...(isLost && { error: lostExitError }) });
  emitContainer(engine, 'die', record, { exitCode: String(exitCode), ...(ending && { ending }) });
  // The next daemon finds the ended task and cleans up.
  if (engine.shutdown.aborted) return;
  await engine.onEnded(record);
}

async function finishOutput(engine: EngineContext, { id }: ContainerRecord): Promise<void> {
  await engine.io.finish(id).catch((error: unknown) => {
    // The next daemon finishes it.
    if (engine.shutdown.aborted) return;
    engine.log.error('its last output may be missing', { container: id, error: messageOf(error) });
  });
}

export function setExited(
  record: ContainerRecord,
  { exitStatus, exitedAt }: Exit,
  command?: CommandExit,
): void {
  const meaning = record.draft.rich.exits?.[exitStatus];
  const { exitCode, ending, whenStopped = exitCode } = withCommand(meaning ?? {}, exitStatus, command);
  delete record.state.ending;
  delete record.state.readiness;
  delete record.state.unseenEnd;
  // As with Docker.
  if (record.state.health) record.state.health = { ...record.state.health, status: 'unhealthy' };
  Object.assign(record.state, {
    status: 'exited',
    pid: 0,
    exitCode: record.stoppedByUser ? whenStopped : exitCode,
    // The stop signal may make an init reboot, as sysvinit does.
    ...(ending !== undefined && !record.stoppedByUser && { ending }),
    ...(exitedAt === undefined && { unseenEnd: true }),
    finishedAt: (exitedAt ?? new Date()).toISOString(),
  });
}
