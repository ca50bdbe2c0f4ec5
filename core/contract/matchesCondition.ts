import type { RuntimeCondition } from '../../config/types.ts';
import type { ContainerDraft } from '../../hooks/draft.ts';
import type { ContainerCondition } from '../../hooks/processProtocol.ts';

/** Whether every given condition fits a container, in rules of runtimes and in taps of plugins. */
export function matchesCondition(
  draft: ContainerDraft,
  { image, label, rich, runtime }: RuntimeCondition & ContainerCondition,
): boolean {
  return (
    (image === undefined || matches(image, draft.image.reference)) &&
    (label === undefined || hasLabel(draft.labels, label)) &&
    (rich === undefined || isRich(draft, rich)) &&
    (runtime === undefined || draft.runtime === runtime)
  );
}

function hasLabel(labels: Record<string, string>, wanted: string): boolean {
  const at = wanted.indexOf('=');
  const value = labels[at < 0 ? wanted : wanted.slice(0, at)];
  return value !== undefined && (at < 0 || matches(wanted.slice(at + 1), value));
}

function isRich({ rich }: ContainerDraft, wanted: boolean | string): boolean {
  return typeof wanted === 'boolean' ? rich.enabled === wanted : rich.enabled && rich.mode === wanted;
}

/** `*` stands for any text; without backtracking, as patterns and texts come from different people. */
function matches(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first)) return false;
  let from = first.length;
  for (const part of rest) {
    const at = text.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return text.length - last.length >= from && text.endsWith(last);
}
