import { Type } from '@sinclair/typebox';
import type { ContainerRecord } from './engine.ts';
import { matchesText } from './matchesText.ts';

/** Options of a plugin that select containers by name and labels: fields of a schema. */
export const containerSelection = {
  containers: Type.Array(Type.String({ minLength: 1 }), {
    default: ['*'],
    description: 'Names of containers; `*` stands for any text.',
  }),
  labels: Type.Array(Type.String({ minLength: 1 }), {
    default: [],
    description: 'Labels that the container has, all of them: `KEY` or `KEY=VALUE`, with `*` in the value.',
  }),
};

/** What a plugin has by these options. */
export interface ContainerSelection {
  containers: readonly string[];
  labels: readonly string[];
}

/** Whether a container has one of the names now (its draft has that of its creation), and all the labels. */
export function isSelected(
  { containers, labels }: ContainerSelection,
  { name, draft }: { name: string; draft: Pick<ContainerRecord['draft'], 'labels'> },
): boolean {
  return (
    containers.some((pattern) => matchesText(pattern, name)) &&
    labels.every((label) => hasLabel(draft.labels, label))
  );
}

function hasLabel(labels: Record<string, string>, wanted: string): boolean {
  const [key = '', ...value] = wanted.split('=');
  const found = Object.hasOwn(labels, key) ? labels[key] : undefined;
  return found !== undefined && (value.length === 0 || matchesText(value.join('='), found));
}
