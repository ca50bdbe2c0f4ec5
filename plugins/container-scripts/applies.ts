import { type ContainerRecord, matchesText } from '../../hooks/index.ts';
import type { Entry } from './options.ts';

/** Whether the scripts of an entry run for a container. */
export function applies({ containers, labels }: Entry, { draft }: Pick<ContainerRecord, 'draft'>): boolean {
  return (
    containers.some((pattern) => matchesText(pattern, draft.name)) &&
    labels.every((label) => hasLabel(draft.labels, label))
  );
}

function hasLabel(all: Record<string, string>, wanted: string): boolean {
  const at = wanted.indexOf('=');
  const value = all[at < 0 ? wanted : wanted.slice(0, at)];
  return value !== undefined && (at < 0 || matchesText(wanted.slice(at + 1), value));
}
