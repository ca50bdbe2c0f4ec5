import type { ContainerRecord } from '../../hooks/engine.ts';

/** Whether a container has processes: it runs, or is paused. */
export function isUp({ state }: Pick<ContainerRecord, 'state'>): boolean {
  return state.status === 'running' || state.status === 'paused';
}

/** Whether a container has processes, or is about to: its restart policy will start it. */
export function isUpOrRestarting(record: Pick<ContainerRecord, 'state'>): boolean {
  return isUp(record) || record.state.status === 'restarting';
}
