import type { Snapshots } from '../../../hooks/engine.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { createSnapshot } from './create.ts';
import { diffSnapshots } from './diff.ts';
import { removeSnapshot } from './remove.ts';
import { restoreSnapshot } from './restore.ts';
import { removeSchedule, setSchedule } from './schedule/setSchedule.ts';

export function snapshotVerbs(engine: EngineContext): Snapshots {
  const find = (ref: string) => engine.store.find(ref);
  return {
    create: async (ref, options = {}) => await createSnapshot(engine, find(ref), options),
    list: (ref) => find(ref).snapshots ?? [],
    restore: async (ref, name, options = {}) => await restoreSnapshot(engine, find(ref), name, options),
    remove: async (ref, name) => await removeSnapshot(engine, find(ref), name),
    schedule: async (ref, options) => await setSchedule(engine, find(ref), options),
    unschedule: async (ref) => await removeSchedule(engine, find(ref)),
    diff: async (ref, name, to) => await diffSnapshots(engine, find(ref), name, to),
  };
}
