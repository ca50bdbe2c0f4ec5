import type { ContainerRecord } from '../../hooks/engine.ts';

/** Whether a container has processes: it runs, or is paused. */
export function isUp({ state }: Pick<ContainerRecord, 'state'>): boolean {
  return state.status === 'running' || state.status === 'paused';
}

/** Whether a container has processes, or is about to: its restart policy will start it. */
export function isUpOrRestarting(record: Pick<ContainerRecord, 'state'>): boolean {
  return isUp(record) || record.state.status === 'restarting';
}

/** Whether a container may be started again after some end: by its policy, or a reboot inside. */
export function mayRestart({ draft }: Pick<ContainerRecord, 'draft'>): boolean {
  return draft.restart.name !== 'no' || draft.rich.exits !== undefined;
}
