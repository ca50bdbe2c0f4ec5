import type { ContainerRecord, PruneFilter } from '../../../hooks/engine.ts';
import { toPouchError } from '../../../hooks/errors.ts';
import { passes } from '../../state/labels.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { remove } from './remove.ts';

const ended: ContainerRecord['state']['status'][] = ['created', 'exited', 'dead'];

/**
 * Removes every stopped container that matches; returns their ids. One that starts meanwhile, or cannot be removed,
 * stays and does not keep the others.
 */
export async function prune(engine: EngineContext, filter: PruneFilter = {}): Promise<string[]> {
  const isUnwanted = ({ state, draft, createdAt }: ContainerRecord) =>
    ended.includes(state.status) && passes(filter, { labels: draft.labels, createdAt });
  const removed: string[] = [];
  for (const record of engine.store.list().filter(isUnwanted)) {
    try {
      await remove(engine, record, {});
      removed.push(record.id);
    } catch (error) {
      const { message, code } = toPouchError(error);
      engine.log.warn('prune left a container', { container: record.id, error: message, code });
    }
  }
  return removed;
}
