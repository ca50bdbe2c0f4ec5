/** The blame of the steps that are not plugins: the house's defaults, the image, the request. */
import type { ContainerDraft } from '../../hooks/draft.ts';
import type { BlameEntry } from '../../hooks/plan.ts';
import { clone } from '../plugins/draft/clone.ts';
import { diff } from '../plugins/draft/diff.ts';
import { formatPath } from '../plugins/draft/fieldPath.ts';

/** Runs one step and answers the blame of what it changed. */
export async function blamed(
  draft: ContainerDraft,
  who: 'core' | 'image' | 'request',
  hook: string,
  step: () => void | Promise<void>,
): Promise<BlameEntry[]> {
  const before = clone(draft);
  const started = performance.now();
  await step();
  const ms = performance.now() - started;
  return diff(before, draft).map(({ path, before: old, after }) => ({
    field: formatPath(path),
    plugin: who,
    hook,
    action: old === undefined ? 'set' : after === undefined ? 'removed' : 'changed',
    ...(old !== undefined && { before: old }),
    ...(after !== undefined && { after }),
    ms,
  }));
}
