/** Writes docs/reference/effects.md from hooks/hostEffects.ts; with --check it reports a stale file. */
import { type HostEffectForm, hostEffects } from '../hooks/hostEffects.ts';
import { fieldTable } from './hook-docs/markdown.ts';
import { writeGenerated } from './lib/generated.ts';

const matches: Record<string, string> = {
  path: 'path pattern',
  text: 'text pattern',
  parameter: 'text pattern',
  network: 'network that contains it',
  words: 'the same list, word by word',
  names: 'names of variables',
  most: 'at most this',
  paths: 'within `grants.paths`; no rule names it',
};

const kinds = Object.entries<HostEffectForm>(hostEffects);

const text = `# Effects for plugins

<!-- Generated from hooks/hostEffects.ts by scripts/generateEffectDocs.ts: change the schemas there. -->

The kinds of effects that a plugin in any language plans as data. [Effects for plugins](../guides/effects.md) is the guide: how they are planned, granted,
applied and undone.

In a rule of \`grants.effects\`, \`*\` stands for any text; in a path pattern for any text within one part of the path, and a last part \`**\` for one or more parts.
An argument that a kind limits and a rule does not name must not be given.

${kinds.map(([name, form]) => section(name, form)).join('\n\n')}
`;

await writeGenerated({ 'docs/reference/effects.md': text });

function section(name: string, { doc, undo, args, limits, stage }: HostEffectForm): string {
  const limited = Object.entries(limits).map(([argument, match]) => `\`${argument}\` (${matches[match]})`);
  return `## ${name}

${doc}

${stage === undefined ? '' : `- Stage: \`${stage}\` only.\n`}- Undo: ${undo}
- A grant limits ${limited.join(', ')}.

${fieldTable(args)}`;
}
