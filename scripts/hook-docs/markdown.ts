import type { TSchema } from '@sinclair/typebox';
import { formatPath } from '../../core/plugins/index.ts';
import type { FailurePolicy, HookKind } from '../../hooks/defineHook.ts';
import type { ReservedKey } from '../../hooks/draftKeys.ts';
import type { FieldRow } from './fields.ts';
import { fieldsOf, formOf } from './fields.ts';
import { table } from '../lib/markdownTable.ts';
import { titledSchemas } from './titledSchemas.ts';
import type { AnyPoint } from './points.ts';
import { families, points } from './points.ts';

const kinds: Record<HookKind, string> = {
  plan: 'A waterfall over a draft. Pure. A tap changes the draft in place and returns nothing, or returns a new draft.',
  bail: 'A question. Pure. The first tap that returns a result decides.',
  apply: 'Taps run one after another, for their side effects. An error stops the operation.',
  observe:
    'Taps run concurrently in the background. They cannot refuse; a failure is logged and is an event `plugin_failed`.',
};

/** Returns docs/reference/hooks.md. */
export function hooksMarkdown(): string {
  const parts = [
    intro,
    `## Kinds\n\n${Object.entries(kinds)
      .map(([kind, text]) => `- **${kind}**: ${text}`)
      .join('\n')}`,
    `## All points\n\n${overview()}`,
    ...families.map(([family, list]) => [`## ${family}`, ...list.map(section)].join('\n\n')),
    `## Inputs\n\nA \`?\` marks an optional field, \`*\` any key of a map.`,
    ...titledSchemas(points.flatMap(({ input, result }) => (result ? [input, result] : [input]))).map(
      inputSection,
    ),
  ];
  return `${parts.join('\n\n')}\n`;
}

const intro = `# Hook points

<!-- Generated from hooks/points by scripts/generateHookDocs.ts: change the declarations there. -->

All hook points, in the order in which they run in a life cycle. [plugins.md](../guides/plugins.md) explains how to write a plugin,
order, blame, conflicts and failure policies. [hooks.schema.json](hooks.schema.json) is the JSON Schema for other languages.`;

function overview(): string {
  const rows = points.map((point) => [
    link(point),
    point.kind,
    duration(point.deadlineMs),
    policy(point.onError),
  ]);
  return table(['point', 'kind', 'deadline', 'a failing tap'], rows);
}

function link({ name }: AnyPoint): string {
  return `[${name}](#${name.replace('.', '').toLowerCase()})`;
}

function section(point: AnyPoint): string {
  const { name, kind, doc, input, result, fixed, reserved, deadlineMs, onError, since } = point;
  const facts = [
    `- Kind: ${kind}`,
    `- Input: ${formOf(input)}`,
    ...(result ? [`- Result: ${formOf(result)}`] : []),
    ...(fixed ? [`- Fixed: ${fixed.map((field) => `\`${field}\``).join(', ')}`] : []),
    ...(reserved ? [`- Reserved: ${reserved.map(keyOf).join(', ')}`] : []),
    `- Deadline of one tap: ${duration(deadlineMs)}`,
    `- A failing tap: ${policy(onError)}`,
    `- Since: ${since}`,
  ];
  return `### ${name}\n\n${doc}\n\n${facts.join('\n')}`;
}

function keyOf({ map, key, isPrefix }: ReservedKey): string {
  return isPrefix ? `\`${map}\` with keys that begin with \`${key}\`` : `\`${formatPath([map, key])}\``;
}

function duration(ms: number): string {
  return `${ms / 1000} s`;
}

function policy(onError: FailurePolicy): string {
  return typeof onError === 'string' ? onError : `retry(${onError.retry})`;
}

function inputSection(schema: TSchema): string {
  return `### ${schema.title}\n\n${fieldTable(schema)}`;
}

/** The fields of a schema, with their forms and descriptions. */
export function fieldTable(schema: TSchema): string {
  const rows = fieldsOf(schema).map(({ path, form, description }: FieldRow) => [
    `\`${path}\``,
    form,
    description,
  ]);
  return table(['field', 'form', ''], rows);
}
