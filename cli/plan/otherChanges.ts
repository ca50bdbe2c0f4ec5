import type { BlameWire, PlanResponse } from '../../client/index.ts';
import { showsIn } from './blameFor.ts';
import type { SpecChange } from './diffSpecs.ts';

/** Authors of what the user has asked for, and of the defaults. */
const notPlugins = new Set(['core', 'request', 'image']);

/** A plan lists these by themselves. */
const listed = /^(effects|runtime)\b/;

/** The changes of plugins that the spec does not show, such as those of labels; of each field the last one. */
export function otherChanges({ blame }: PlanResponse, shown: readonly SpecChange[]): BlameWire[] {
  const last = new Map(blame.map((change) => [change.field, change]));
  return [...last.values()].filter(
    (change) =>
      !notPlugins.has(change.plugin) &&
      !listed.test(change.field) &&
      !shown.some(({ path }) => showsIn(path, change)),
  );
}
