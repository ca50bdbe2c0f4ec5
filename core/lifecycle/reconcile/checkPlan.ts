/** Whether a new plan can take the place of that of a container. */
import type { ContainerRecord, PlanChange } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { PlannedCreate } from '../../plan/Planner.ts';

/** What another plugin has planned must not get lost because that one is missing now. */
export function checkNoneIsLost(record: ContainerRecord, planned: PlannedCreate): void {
  const lost = planned.degraded.find((now) => record.degraded.every((mark) => mark.plugin !== now.plugin));
  if (!lost) return;
  throw refused(
    record,
    `it would be planned without plugin ${lost.plugin}, which has planned it before: ${lost.message}`,
    `fix plugin ${lost.plugin}, then reconcile again`,
  );
}

/** @throws PCH_RECONCILE_REFUSED with the fields that only a new container can have */
export function checkChangeable(record: ContainerRecord, changes: readonly PlanChange[]): void {
  const fixed = changes.filter(({ applies }) => applies === 'recreate').map(({ field }) => field);
  if (fixed.length === 0) return;
  const names = fixed.slice(0, 5).join(', ') + (fixed.length > 5 ? ` and ${fixed.length - 5} more` : '');
  throw refused(
    record,
    `only a new container can have the planned ${names}`,
    'remove it and create it again; its named volumes stay',
  );
}

export function checkState(record: ContainerRecord): void {
  const { status } = record.state;
  if (status === 'removing' || status === 'dead' || status === 'restarting')
    throw refused(
      record,
      `it is ${status}`,
      status === 'restarting' ? 'try again once it runs, or stop it' : 'remove it',
    );
}

function refused({ id, name }: ContainerRecord, why: string, hint: string): PouchError {
  return new PouchError('PCH_RECONCILE_REFUSED', `${name} cannot be reconciled: ${why}`, {
    container: id,
    hint,
  });
}
