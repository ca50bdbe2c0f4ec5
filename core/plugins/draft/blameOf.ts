import type { BlameEntry } from '../../../hooks/plan.ts';
import type { Change } from './diff.ts';
import { formatPath } from './fieldPath.ts';

/** The author of changes: a plugin, or core, image or request. */
interface Author {
  readonly plugin: string;
  readonly hook: string;
  /** `FILE:LINE` of the plugin's entry. */
  readonly origin?: string | undefined;
}

/** Changes as blame of their author; `ms` is how long the author ran. */
export function blameOf(
  changes: readonly Change[],
  { plugin, hook, origin }: Author,
  ms: number,
): BlameEntry[] {
  return changes.map(({ path, before, after }) => ({
    field: formatPath(path),
    plugin,
    hook,
    action: before === undefined ? 'set' : after === undefined ? 'removed' : 'changed',
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
    ...(origin !== undefined && { origin }),
    ms,
  }));
}
