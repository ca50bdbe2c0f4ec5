import type { ContainerRecord, SnapshotSchedule } from '../../../../hooks/engine.ts';
import { messageOf, toPouchError } from '../../../../hooks/errors.ts';
import type { Clock } from '../../../../hooks/services.ts';
import { isUp } from '../../../state/status.ts';
import { emitContainer, type EngineContext, underLock } from '../../shared/engineContext.ts';
import { snapshotLocked } from '../create.ts';
import { newSnapshotName } from '../names.ts';
import { removeLocked } from '../remove.ts';
import { goesOn, isOfWrongClock, nextFrom, nextRun } from './times.ts';

/** Takes the snapshot of a container that is due. A failure is kept with its schedule; the next time tries again. */
export async function runScheduled(
  engine: EngineContext,
  record: ContainerRecord,
  clock: Pick<Clock, 'now'>,
): Promise<void> {
  await underLock(engine, record, 'snapshot', async () => {
    const { snapshotSchedule: schedule } = record;
    const now = clock.now();
    if (!schedule) return;
    if (isOfWrongClock(schedule, now)) return await keep(engine, record, goesOn(schedule, now));
    const due = nextRun(schedule, now);
    if (!due || due > now) return;
    const problem = await take(engine, record, schedule);
    await keep(engine, record, {
      ...goesOn(schedule, nextFrom(schedule, due, now)),
      ...(problem !== undefined && { problem: `${now.toISOString()}: ${problem}` }),
    });
  });
}

/** Resolves to why it failed. */
async function take(
  engine: EngineContext,
  record: ContainerRecord,
  { keepScheduled }: SnapshotSchedule,
): Promise<string | undefined> {
  try {
    if (mayHaveChanged(record))
      await snapshotLocked(engine, record, {
        name: newSnapshotName(record, 'scheduled-'),
        cause: 'schedule',
      });
    await removeOld(engine, record, keepScheduled);
    return undefined;
  } catch (error) {
    const { message, code } = toPouchError(error);
    engine.log.warn('a scheduled snapshot failed', { container: record.id, code, error: message });
    emitContainer(engine, 'snapshot-failed', record, { reason: message });
    return message;
  }
}

/** A container that has not run since its last snapshot has the same files. */
function mayHaveChanged(record: ContainerRecord): boolean {
  const { state, snapshots = [] } = record;
  if (isUp(record)) return true;
  if (state.startedAt === '') return false;
  const last = Math.max(0, ...snapshots.map(({ createdAt }) => Date.parse(createdAt)));
  return !(last > Date.parse(state.finishedAt));
}

/** Those that somebody has made, or a restore, stay. */
async function removeOld(
  engine: EngineContext,
  record: ContainerRecord,
  keepScheduled: number,
): Promise<void> {
  const scheduled = (record.snapshots ?? []).filter(({ cause }) => cause === 'schedule');
  const old = scheduled.slice(0, Math.max(0, scheduled.length - keepScheduled));
  if (old.length === 0) return;
  await removeLocked(
    engine,
    record,
    old.map(({ name }) => name),
  );
}

/** In memory at any rate: a disk that is full must not have it run again and again. */
async function keep(
  engine: EngineContext,
  record: ContainerRecord,
  schedule: SnapshotSchedule,
): Promise<void> {
  record.snapshotSchedule = schedule;
  await engine.store.save(record).catch((error: unknown) => {
    engine.log.warn('the time of a snapshot was not stored', {
      container: record.id,
      error: messageOf(error),
    });
  });
}
