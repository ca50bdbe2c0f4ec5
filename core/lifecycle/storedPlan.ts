import type { ContainerRecord, StoredPlan } from '../../hooks/engine.ts';
import type { OciSpec } from '../../hooks/oci.ts';

/** The plan of a container's making, with what updates have changed since. */
export function withUpdates(plan: StoredPlan, record: ContainerRecord): StoredPlan {
  const { updates } = record;
  if (!updates) return plan;
  return { ...plan, spec: withLimits(plan.spec, record), blame: [...plan.blame, ...updates] };
}

/** The spec with the limits that the container has now; devices are no limits. */
export function withLimits(spec: OciSpec, { draft }: ContainerRecord): OciSpec {
  const devices = spec.linux.resources?.devices;
  const resources = { ...draft.resources, ...(devices && { devices }) };
  return { ...spec, linux: { ...spec.linux, resources } };
}
