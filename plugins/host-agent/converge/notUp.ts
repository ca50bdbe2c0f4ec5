/** Why a declared container is not up: ready if it is rich, healthy if it has a health check. */
import { type ContainerRecord, healthOf } from '../../../hooks/index.ts';

export interface NotUp {
  readonly why: string;
  /** It does not come up by itself. */
  readonly isFinal: boolean;
}

/** Undefined for a container that is up, or has ended with exit code 0: its work is done. */
export function notUp({ state, draft }: Pick<ContainerRecord, 'state' | 'draft'>): NotUp | undefined {
  switch (state.status) {
    case 'running':
      return notReady(state);
    case 'exited':
      if (state.exitCode === 0) return undefined;
      return { why: `it ended with exit code ${state.exitCode}`, isFinal: draft.restart.name === 'no' };
    case 'restarting':
      return { why: `it ended with exit code ${state.exitCode}, and restarts`, isFinal: false };
    default:
      return { why: `it is ${state.status}`, isFinal: false };
  }
}

function notReady(state: ContainerRecord['state']): NotUp | undefined {
  const { readiness } = state;
  if (readiness?.state === 'starting') return { why: 'it is booting', isFinal: false };
  if (readiness?.state === 'failed')
    return { why: `its boot has failed: ${readiness.reason ?? 'no reason is known'}`, isFinal: true };
  if (readiness?.state === 'degraded')
    return { why: `it is degraded: ${readiness.failedUnits.join(', ')}`, isFinal: false };
  const health = healthOf(state);
  if (health === 'none' || health === 'healthy') return undefined;
  return { why: health === 'starting' ? 'its health is not known yet' : 'it is unhealthy', isFinal: false };
}
