import type { ContainerRecord, ScheduleOptions } from '../../../../hooks/engine.ts';
import { PouchError } from '../../../../hooks/errors.ts';
import { invalidField } from '../../../../hooks/invalidField.ts';
import { type EngineContext, underLock } from '../../shared/engineContext.ts';
import { mostSnapshots } from '../names.ts';
import { parseSchedule } from '../../../../hooks/schedule.ts';
import { goesOn } from './times.ts';

const keptByDefault = 7;

/** Replaces the schedule that the container has. */
export async function setSchedule(
  engine: EngineContext,
  record: ContainerRecord,
  { schedule, keepScheduled = keptByDefault }: ScheduleOptions,
): Promise<void> {
  parseSchedule(schedule);
  if (!Number.isInteger(keepScheduled) || keepScheduled < 1 || keepScheduled > mostSnapshots / 2)
    throw invalidField(
      'keepScheduled',
      `expected 1 to ${mostSnapshots / 2}, found ${keepScheduled}`,
      'keep less',
    );
  await underLock(engine, record, 'snapshot', async () => {
    const snapshotSchedule = goesOn({ schedule: schedule.trim(), keepScheduled }, new Date());
    await engine.store.save({ ...record, snapshotSchedule });
    record.snapshotSchedule = snapshotSchedule;
  });
  engine.snapshotSchedules.wake();
}

/** Snapshots that it has made stay. */
export async function removeSchedule(engine: EngineContext, record: ContainerRecord): Promise<void> {
  await underLock(engine, record, 'snapshot', async () => {
    const { snapshotSchedule, ...rest } = record;
    if (!snapshotSchedule)
      throw new PouchError('PCH_SNAPSHOT_NOT_FOUND', `${record.name} has no schedule of snapshots`, {
        container: record.id,
        hint: 'pouch snapshot ls shows it',
      });
    await engine.store.save(rest);
    delete record.snapshotSchedule;
  });
}
