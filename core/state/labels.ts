import type { PruneFilter } from '../../hooks/engine.ts';

/** Whether the labels have `wanted`, which is `name` or `name=value`. */
export function hasLabel(labels: Record<string, string>, wanted: string): boolean {
  const at = wanted.indexOf('=');
  const name = at < 0 ? wanted : wanted.slice(0, at);
  return Object.hasOwn(labels, name) && (at < 0 || labels[name] === wanted.slice(at + 1));
}

/** Whether an item passes the filter of a prune. */
export function passes(
  { labels = [], withoutLabels = [], createdBefore = Infinity }: PruneFilter,
  item: { labels: Record<string, string>; createdAt: string },
): boolean {
  return (
    labels.every((label) => hasLabel(item.labels, label)) &&
    !withoutLabels.some((label) => hasLabel(item.labels, label)) &&
    // An item with an invalid time stays.
    (createdBefore === Infinity || Date.parse(item.createdAt) < createdBefore)
  );
}
