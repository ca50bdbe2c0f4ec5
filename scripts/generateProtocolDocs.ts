/**
 * Writes docs/reference/plugin-protocol.md from the schemas of hooks/protocol/; with --check it reports a
 * stale file.
 */
import type { TSchema } from '@sinclair/typebox';
import { longestLine, processProtocol, ProcessMessage, ProcessRequest } from '../hooks/processProtocol.ts';
import { serviceMethods } from '../hooks/serviceMethods.ts';
import { fieldTable } from './hook-docs/markdown.ts';
import { titledSchemas } from './hook-docs/titledSchemas.ts';
import { writeGenerated } from './lib/generated.ts';

const messages = new Set<TSchema>([...ProcessRequest.anyOf, ...ProcessMessage.anyOf]);

const text = `# Protocol of plugins that are processes

<!-- Generated from hooks/protocol/ by scripts/generateProtocolDocs.ts: change the schemas there. -->

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
[hooks/engine/](../../hooks/engine) and [services.ts](../../hooks/services.ts) declare:

${Object.entries(serviceMethods)
  .map(([service, methods]) => `- \`${service}\`: ${callable(methods)}`)
  .filter((line) => !line.endsWith(': '))
  .join('\n')}

## Values

Arguments and results of \`call\` and \`invoke\` are JSON. What JSON lacks is a record with one of these tags as its only key. N is a number that the sender
chooses: a function or stream stays where it is and is called by it, by the plugin with \`call\` and \`on\`, by Pouch with \`invoke\`.

| value | as | methods |
| --- | --- | --- |
| bytes | \`{"$bytes": BASE64}\` | |
| an integer beyond 2^53 | \`{"$bigint": TEXT}\` | |
| a time | \`{"$date": RFC 3339}\` | |
| an error | \`{"$error": ERROR}\` | |
| a function | \`{"$function": N}\` | \`call\` |
| a promise | \`{"$promise": N}\` | \`await\`, once |
| what is iterated | \`{"$stream": N}\` | \`next\`, which returns \`{"done", "value"}\`, and \`return\` to end it |
| a stream of bytes to read | \`{"$readable": N}\` | the same |
| a stream of bytes to write | \`{"$writable": N}\` | \`write\`, \`end\`, \`destroy\` |
| an AbortSignal | \`{"$signal": N}\` | only from the plugin, which sends \`abort\` |
| a record with a tag as its only key | \`{"$record": RECORD}\` | |

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

function callable(methods: Readonly<Record<string, string>>): string {
  const names = Object.entries(methods).flatMap(([name, kind]) => (kind === 'local' ? [] : [`\`${name}\``]));
  return names.join(', ');
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
