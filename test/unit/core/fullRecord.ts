import type { ContainerRecord } from '../../../hooks/engine.ts';
import { emptyDraft } from './plan/support.ts';
import { record } from './record.ts';

/** A record that can be stored and read back. */
export function fullRecord(
  id: string,
  directory: string,
  more: Partial<ContainerRecord> = {},
): ContainerRecord {
  const draft = { ...emptyDraft(), id, name: more.name ?? 'box' };
  const mounts = { '/data': { type: 'bind', source: '/root/volumes/data/_data', options: ['rbind'] } };
  const effects = {
    snapshot: { kind: 'snapshot', stage: 'create' as const, args: { key: id } },
    netns: { kind: 'netns', stage: 'start' as const, args: { path: `/state/netns/${id}` } },
    task: { kind: 'task', stage: 'start' as const, args: { id }, needs: ['netns'] },
  };
  const stored = { ...draft, mounts, effects };
  // The function that reads the image's files is not stored.
  const { stat: _stat, ...image } = stored.image;
  return {
    ...record({ id, draft: { ...stored, image: image as typeof stored.image }, paths: { directory } }),
    ...more,
  };
}
