import { PouchError, type Checkpoints } from '../../../hooks/index.ts';
import type { FakeContainers } from './containers.ts';

export function fakeCheckpoints(containers: () => FakeContainers): Checkpoints {
  const names = new Map<string, Set<string>>();
  const of = (ref: string) => {
    const { id } = containers().find(ref).record;
    const known = names.get(id) ?? new Set<string>();
    names.set(id, known);
    return known;
  };
  return {
    async create(ref, name, { leaveRunning = false } = {}) {
      of(ref).add(name);
      if (!leaveRunning) await containers().stop(ref);
    },
    list: async (ref) => [...of(ref)],
    async remove(ref, name) {
      if (!of(ref).delete(name))
        throw new PouchError('PCH_CHECKPOINT_NOT_FOUND', `no checkpoint named "${name}"`);
    },
  };
}
