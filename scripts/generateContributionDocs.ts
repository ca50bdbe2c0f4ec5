/** Writes docs/reference/contributions.md from the contribution points; with --check it reports a stale file. */
import { type ContributionPoint, contributionPoints } from '../hooks/contributions/index.ts';
import { writeGenerated } from './lib/generated.ts';
import { table } from './lib/markdownTable.ts';

const intro = `# Contribution points

Generated from hooks/contributions/index.ts by \`npm run docs\`.

Beside tapping hooks, the \`setup\` of a plugin contributes by these methods of its context ([plugins](../guides/plugins.md#what-users-see)
has examples; [hooks/contributions/](../../hooks/contributions) and the other declarations in \`pouch/hooks\` have the types). \`contributes\` of a
plugin, a list of these names, is optional: a plugin with it can contribute at no other point. \`pouch plugin inspect\` lists what a
plugin contributes. Names are unique among all plugins: of two that contribute the same name, the later one is quarantined
(\`PCH_PLUGIN_CLASH\`). The built-in plugins use the same points.
`;

const points: [string, ContributionPoint<never>][] = Object.entries(contributionPoints);

const overview = table(
  ['Method', 'Contributes', 'Takes effect'],
  points.map(([name, { noun, doc, takesEffect }]) => [
    `\`${name}()\``,
    `${article(noun)} ${noun}. ${doc}`,
    takesEffect,
  ]),
);

const fields = table(
  ['Method', 'Fields that are checked', 'Since'],
  points.map(([name, point]) => [
    `\`${name}()\``,
    Object.entries(point.fields)
      .map(([field, form]) => `\`${field}\`: ${form.replace('?', ', optional')}`)
      .join('; '),
    point.since,
  ]),
);

function article(noun: string): string {
  return /^[aeiou]/.test(noun) ? 'An' : 'A';
}

await writeGenerated({ 'docs/reference/contributions.md': `${intro}\n${overview}\n\n${fields}\n` });
