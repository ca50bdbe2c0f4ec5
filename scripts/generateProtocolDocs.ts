/**
 * Writes docs/reference/plugin-protocol.md from the schemas of hooks/processProtocol.ts; with --check it reports a
 * stale file.
 */
import type { TSchema } from '@sinclair/typebox';
import { longestLine, processProtocol, ProcessMessage, ProcessRequest } from '../hooks/processProtocol.ts';
import { fieldTable } from './hook-docs/markdown.ts';
import { titledSchemas } from './hook-docs/titledSchemas.ts';
import { writeGenerated } from './lib/generated.ts';

const messages = new Set<TSchema>([...ProcessRequest.anyOf, ...ProcessMessage.anyOf]);

const text = `# Protocol of plugins that are processes

<!-- Generated from hooks/processProtocol.ts by scripts/generateProtocolDocs.ts: change the schemas there. -->

Version ${processProtocol}. [Plugins in any language](../guides/process-plugins.md) is the guide: how such a plugin is configured, when its process
runs, and what confines it.

Pouch writes requests to the stdin of the process and reads messages from its stdout: one JSON object per line, in UTF-8, of at most
${longestLine / 2 ** 20} MiB. Write a line whole, and flush it. stderr is for people: its lines are in the log of pouchd.

A session, with the lines of Pouch after \`>\` and those of the plugin after \`<\`:

\`\`\`text
${session()}
\`\`\`

- Pouch sends several requests without waiting for the reply to the first. Replies may come in any order.
- A \`hook\` needs one reply, also after a \`cancel\`. What a reply to a cancelled hook contains is ignored.
- Ignore requests of a \`type\` that the plugin does not know: a later Pouch may have more. Unknown fields in messages of the plugin are mistakes.
- The end of stdin is the end of the plugin: it has a second to end by itself.

## From Pouch

${ProcessRequest.anyOf.map(section).join('\n\n')}

## From the plugin

${ProcessMessage.anyOf.map(section).join('\n\n')}

\`image.stat\` is for hooks whose input is a draft with an \`image\`. Its argument is a path in the image; its result has the \`path\` after links,
the \`kind\` (\`file\`, \`directory\` or \`other\`) and the \`mode\` (permission bits), or is null if the file does not exist.

The other methods are those of services, \`SERVICE.METHOD\`, which need the service in \`inject\`. They have the arguments and results that
[hooks/engine/](../../hooks/engine) declares.

## Objects

${objects().map(section).join('\n\n')}
`;

await writeGenerated({ 'docs/reference/plugin-protocol.md': text });

function session(): string {
  const lines: [string, unknown][] = [
    ['>', { type: 'describe', id: 1, protocol: processProtocol, pouch: '0.1.0' }],
    [
      '<',
      {
        type: 'reply',
        id: 1,
        manifest: { protocol: processProtocol, name: 'greeter', hooks: [{ point: 'container.preCreate' }] },
      },
    ],
    [
      '>',
      {
        type: 'hook',
        id: 2,
        point: 'container.preCreate',
        tap: 'greeter',
        deadlineMs: 5000,
        options: {},
        input: { id: '…' },
      },
    ],
    ['<', { type: 'reply', id: 2, patch: [{ op: 'add', path: '/labels/greeting', value: 'hello' }] }],
  ];
  return lines.map(([from, message]) => `${from} ${JSON.stringify(message)}`).join('\n');
}

function section(schema: TSchema): string {
  const { title = '', description = '' } = schema;
  const about = description === '' ? '' : `${description}\n\n`;
  return `### ${title}\n\n${about}${fieldTable(schema)}`;
}

/** What messages consist of. */
function objects(): TSchema[] {
  return titledSchemas(messages).filter((schema) => !messages.has(schema));
}
