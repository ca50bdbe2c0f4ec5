/** Determines a container's status from its processes, which take precedence over stored state. */
import { isFrozen } from '../cgroup/freezer.ts';
import type { CgroupLayout } from '../cgroup/layout.ts';
import { isAlive, isStillInit } from './process.ts';
import type { State } from './store.ts';

export type Status = 'creating' | 'created' | 'running' | 'paused' | 'stopped';

export function statusOf(state: State, layout: CgroupLayout): Status {
  if (!state.isCreated) return isAlive(state.creator) ? 'creating' : 'stopped';
  if (!isAlive(state.init)) return 'stopped';
  if (isFrozen(layout, state.cgroup)) return 'paused';
  return isStillInit(state.init.pid) ? 'created' : 'running';
}

export interface OciState {
  ociVersion: string;
  id: string;
  status: Status;
  pid: number;
  bundle: string;
  annotations?: Record<string, string>;
}

/** Returns the state of runtime.md#state. The pid is the init's, or 0. */
export function ociState(state: State, status: Status): OciState {
  return {
    ociVersion: state.ociVersion,
    id: state.id,
    status,
    pid: status === 'stopped' ? 0 : (state.init?.pid ?? 0),
    bundle: state.bundle,
    ...(Object.keys(state.annotations).length > 0 && { annotations: state.annotations }),
  };
}

/** Adds runc's fields, which its users read. */
export function runcState(state: State, status: Status): object {
  return { ...ociState(state, status), rootfs: state.rootfs, created: state.created, owner: '' };
}
