import { PouchError, type RootSnapshot, type Snapshots } from '../../../hooks/index.ts';
import type { FakeContainers } from './containers.ts';

export function fakeSnapshots(containers: () => FakeContainers): Snapshots {
  const of = (ref: string) => (containers().find(ref).record.snapshots ??= []);
  const find = (ref: string, name: string): RootSnapshot => {
    const found = of(ref).find((one) => one.name === name);
    if (found) return found;
    throw new PouchError('PCH_SNAPSHOT_NOT_FOUND', `no snapshot named "${name}"`);
  };
  const add = (ref: string, name: string, cause: RootSnapshot['cause']) => {
    const { id, reference } = containers().find(ref).record.draft.image;
    of(ref).push({ name, root: '', createdAt: new Date().toISOString(), image: { reference, id }, cause });
    return { name, frozenMs: 0 };
  };
  return {
    create: async (ref, { snapshotName = 'first' } = {}) => add(ref, snapshotName, 'user'),
    list: (ref) => of(ref),
    restore: async (ref, name) => {
      find(ref, name);
      return add(ref, 'before-restore', 'restore');
    },
    remove: async (ref, name) => {
      const all = of(ref);
      all.splice(all.indexOf(find(ref, name)), 1);
    },
    schedule: async (ref, { schedule, keepScheduled = 7 }) => {
      const from = new Date().toISOString();
      containers().find(ref).record.snapshotSchedule = { schedule, keepScheduled, from };
    },
    unschedule: async (ref) => {
      delete containers().find(ref).record.snapshotSchedule;
    },
    diff: async (ref, name) => {
      find(ref, name);
      return { changes: [], truncated: false };
    },
  };
}
