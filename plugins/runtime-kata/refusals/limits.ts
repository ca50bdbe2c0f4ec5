import type { ContainerDraft, RuntimeRefusal } from '../../../hooks/index.ts';

/** Limits that kata removes from the specification (kata, virtcontainers/kata_agent.go: constrainGRPCSpec). */
export function limitRefusals({ resources: { pids } }: ContainerDraft): RuntimeRefusal[] {
  if (pids === undefined || pids.limit <= 0) return [];
  return [{ what: '--pids-limit', reason: 'kata does not limit the processes in a VM' }];
}
