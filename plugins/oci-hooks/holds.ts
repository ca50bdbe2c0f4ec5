import type { ContainerDraft } from '../../hooks/index.ts';
import type { When } from './options.ts';

/** Whether a container fits the condition of a hook in pouchd.yaml. */
export function holds(draft: ContainerDraft, { annotation, label, rich }: When): boolean {
  return (
    (annotation === undefined || has(draft.annotations, annotation)) &&
    (label === undefined || has(draft.labels, label)) &&
    (rich === undefined || draft.rich.enabled === rich)
  );
}

function has(all: Record<string, string>, wanted: string): boolean {
  const at = wanted.indexOf('=');
  const value = all[at < 0 ? wanted : wanted.slice(0, at)];
  return value !== undefined && (at < 0 || value === wanted.slice(at + 1));
}
