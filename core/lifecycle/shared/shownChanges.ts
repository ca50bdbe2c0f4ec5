import type { ContainerDraft } from '../../../hooks/draft.ts';
import type { PlanChange } from '../../../hooks/engine.ts';
import { parsePath } from '../../plugins/index.ts';
import type { Secrets } from '../../secrets/Secrets.ts';

/** Returns what a new plan changes without secrets. */
export function shownChanges(
  secrets: Secrets,
  changes: readonly PlanChange[],
  draft: ContainerDraft,
): PlanChange[] {
  const shown = (value: unknown, { field }: PlanChange) => secrets.data(value, parsePath(field), draft);
  return changes.map((change) => ({
    ...change,
    ...(change.from !== undefined && { from: shown(change.from, change) }),
    ...(change.to !== undefined && { to: shown(change.to, change) }),
  }));
}
