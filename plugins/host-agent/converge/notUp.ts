/** Why a declared container is not up: ready if it is rich, healthy if it has a health check. */
import { type ContainerRecord, healthOf } from '../../../hooks/index.ts';

export interface NotUp {
  /** `pending` while it comes up. */
  readonly state: 'pending' | 'degraded';
  readonly why: string;
  /** It does not come up by itself. */
  readonly isFinal: boolean;
}

/** A container that ends at once does so within this. */
const settleMs = 2_000;

/** Whether a container that runs may be one that ends at once. @param now milliseconds since the epoch */
export function hasJustStarted({ state }: Pick<ContainerRecord, 'state'>, now: number): boolean {
  const age = now - Date.parse(state.startedAt);
  return state.status === 'running' && age >= 0 && age < settleMs;
}

/** Undefined for a container that is up, or has ended with exit code 0: its work is done. */
export function notUp({ state, draft }: Pick<ContainerRecord, 'state' | 'draft'>): NotUp | undefined {
  switch (state.status) {
    case 'running':
      return notReady(state);
    case 'exited':
      if (state.exitCode === 0 && !restartsAlways(draft)) return undefined;
      return degraded(`it ended with exit code ${state.exitCode}`, draft.restart.name === 'no');
    case 'restarting':
      return degraded(`it ended with exit code ${state.exitCode}, and restarts`);
    default:
      return degraded(`it is ${state.status}`);
  }
}

function notReady(state: ContainerRecord['state']): NotUp | undefined {
  const { readiness } = state;
  if (readiness?.state === 'starting') return pending('it is booting');
  if (readiness?.state === 'failed')
    return degraded(`its boot has failed: ${readiness.reason ?? 'no reason is known'}`, true);
  if (readiness?.state === 'degraded')
    return degraded(`units have failed: ${readiness.failedUnits.join(', ')}`);
  const health = healthOf(state);
  if (health === 'none' || health === 'healthy') return undefined;
  return health === 'starting' ? pending('its health is not known yet') : degraded('it is unhealthy');
}

function restartsAlways({ restart }: ContainerRecord['draft']): boolean {
  return restart.name === 'always' || restart.name === 'unless-stopped';
}

function pending(why: string): NotUp {
  return { state: 'pending', why, isFinal: false };
}

function degraded(why: string, isFinal = false): NotUp {
  return { state: 'degraded', why, isFinal };
}
