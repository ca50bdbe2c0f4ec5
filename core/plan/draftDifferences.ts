/** What a new plan changes in a container that exists, and when each change can be applied. */
import type { ContainerDraft } from '../../hooks/draft.ts';
import type { PlanChange } from '../../hooks/engine/reconcile.ts';
import type { BlameEntry } from '../../hooks/plan.ts';
import { diff } from '../plugins/draft/diff.ts';
import { formatPath, isWithin } from '../plugins/index.ts';

/** Fields that only the engine looks at, and limits that the kernel takes while processes run. */
export const liveFields = ['labels', 'restart', 'boot', 'stop', 'resources'] as const;
/** What the snapshot and its owners derive from. */
const fixedFields: readonly string[] = ['id', 'image', 'diskQuota', 'uidMappings', 'gidMappings'];

/** The differences, secrets included. @param blame of the new plan */
export function draftDifferences(
  before: ContainerDraft,
  after: ContainerDraft,
  blame: readonly BlameEntry[],
): PlanChange[] {
  return diff(plain(before), plain(after)).map((change) => {
    const field = formatPath(change.path);
    const last = blame.findLast((entry) => isWithin(field, entry.field) || isWithin(entry.field, field));
    return {
      field,
      ...(change.before !== undefined && { from: change.before }),
      ...(change.after !== undefined && { to: change.after }),
      ...(last && { plugin: last.plugin, hook: last.hook }),
      ...(last?.origin !== undefined && { origin: last.origin }),
      applies: appliesWhen(change.path, before, after),
    };
  });
}

/** Without functions, as a stored draft has none. */
function plain(draft: ContainerDraft): unknown {
  return JSON.parse(JSON.stringify(draft));
}

function appliesWhen(
  [field = '', key = '']: readonly string[],
  before: ContainerDraft,
  after: ContainerDraft,
): PlanChange['applies'] {
  if (fixedFields.includes(field)) return 'recreate';
  if (field === 'effects') return effectApplies(before.effects[key], after.effects[key]);
  return liveFields.some((live) => live === field) ? 'now' : 'start';
}

type Effect = ContainerDraft['effects'][string] | undefined;

/** An effect of the create that is applied cannot change; another one can come, and go unless data goes with it. */
function effectApplies(before: Effect, after: Effect): PlanChange['applies'] {
  if (before?.stage !== 'create') return 'start';
  return after || before.kind === 'volume' ? 'recreate' : 'start';
}
