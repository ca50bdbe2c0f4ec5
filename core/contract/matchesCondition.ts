import type { RuntimeCondition } from '../../config/types.ts';
import type { ContainerDraft } from '../../hooks/draft.ts';
import type { ContainerCondition } from '../../hooks/containerCondition.ts';
import { matchesText } from './patterns.ts';

/** Whether every given condition fits a container, in rules of runtimes and in taps of plugins. */
export function matchesCondition(
  draft: ContainerDraft,
  { image, label, rich, runtime }: RuntimeCondition & ContainerCondition,
): boolean {
  return (
    (image === undefined || matchesText(image, draft.image.reference)) &&
    (label === undefined || hasLabel(draft.labels, label)) &&
    (rich === undefined || isRich(draft, rich)) &&
    (runtime === undefined || draft.runtime === runtime)
  );
}

function hasLabel(labels: Record<string, string>, wanted: string): boolean {
  const at = wanted.indexOf('=');
  const value = labels[at < 0 ? wanted : wanted.slice(0, at)];
  return value !== undefined && (at < 0 || matchesText(wanted.slice(at + 1), value));
}

function isRich({ rich }: ContainerDraft, wanted: boolean | string): boolean {
  return typeof wanted === 'boolean' ? rich.enabled === wanted : rich.enabled && rich.mode === wanted;
}
