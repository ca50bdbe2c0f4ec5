import type { Command, Option } from 'commander';
import { format } from 'prettier';
import { buildProgram, wholeTree } from '../cli/program.ts';
import { Session } from '../cli/Session.ts';

/** Returns docs/reference/cli.md: all commands and options. */
export async function cliReference(): Promise<string> {
  const program = await buildProgram(new Session(process), wholeTree);
  const sections = program.commands.flatMap((command) => commandSections(command, 'pouch', program));
  const text = [introduction, overview(program), ...sections].join('\n\n');
  return format(text, { parser: 'markdown', printWidth: 110 });
}

const introduction = `# The \`pouch\` command

<!-- Generated from the command tree by scripts/generateCliDocs.ts: change it there. -->

\`pouch [-H ADDRESS] COMMAND …\`

\`-H\` (or the variable \`POUCH_HOST\`) is the address of the daemon: \`unix:///PATH\` or \`tcp://ADDRESS:PORT\`; the default is \`unix:///run/pouch/pouchd.sock\`.
\`--tlsverify\`, \`--tlscacert\`, \`--tlscert\`, \`--tlskey\` and \`--token-file\` authenticate both sides over TCP, see [remote access](../guides/remote-access.md).
\`-c\` names a [context](../guides/remote-access.md#contexts) that has all of these.
Options of \`run\`, \`create\`, \`exec\` and \`top\` precede their arguments: what follows the image or container is its command.
\`--format\` takes \`table\`, \`json\` (one object per line) or a Go template: \`{{.Names}}\`, \`{{json .State}}\`, \`{{index .Config.Labels "x"}}\`,
\`{{range .Mounts}}…{{end}}\`, \`{{if .Tty}}…{{else}}…{{end}}\`. Output is coloured only on a terminal, and never with \`NO_COLOR=1\`.

Exit codes: 0; 1 for an error; for \`run\`, \`start -a\`, \`attach\` and \`exec\` that of the container's process; for \`run\`, \`create\` and \`exec\` 125 if it could not be
started, 126 if the command cannot be invoked, 127 if it cannot be found. Errors have a code, see [errors](errors.md).`;

function overview(program: Command): string {
  const rows = program.commands.map(
    (command) => `| [\`${command.name()}\`](#pouch-${command.name()}) | ${command.summary()} |`,
  );
  return ['| command | |', '|---|---|', ...rows].join('\n');
}

function commandSections(command: Command, parent: string, program: Command): string[] {
  const name = `${parent} ${command.name()}`;
  const children = command.commands.flatMap((child) => commandSections(child, name, program));
  const twin = parent === 'pouch' ? undefined : program.commands.find((other) => includes(command, other));
  return [commandSection(command, name, parent, twin), ...children];
}

/** Whether a command has all arguments and options of the other: `container ls` and `ps`, `plan run` and `run`. */
function includes(command: Command, other: Command): boolean {
  if (command.name() !== other.name() && command.summary() !== other.summary()) return false;
  const flags = new Set(command.options.map((option) => option.flags));
  const sameArguments = command.usage() === other.usage() && other.options.length > 0;
  return (
    sameArguments && command.commands.length === 0 && other.options.every((option) => flags.has(option.flags))
  );
}

function commandSection(command: Command, name: string, parent: string, twin: Command | undefined): string {
  const aliases = command.aliases().map((alias) => `\`${parent} ${alias}\``);
  return [
    `## ${name}`,
    `${command.summary()}.${aliases.length > 0 ? ` Also ${aliases.join(', ')}.` : ''}`,
    `\`${[name, command.usage()].join(' ')}\``,
    ...list(command.registeredArguments.map((one) => `- \`${one.name()}\`: ${one.description}`)),
    ...optionGroups(command, twin),
    ...(twin ? [`Options: all of [\`pouch ${twin.name()}\`](#pouch-${twin.name()}).`] : []),
  ].join('\n\n');
}

function list(lines: string[]): string[] {
  return lines.length > 0 ? [lines.join('\n')] : [];
}

/** Options below their headings, as in --help. */
function optionGroups(command: Command, twin: Command | undefined): string[] {
  const known = new Set(twin?.options.map((option) => option.flags));
  const groups = new Map<string, Option[]>();
  for (const option of command.options.filter(({ flags, hidden }) => !hidden && !known.has(flags))) {
    const heading = option.helpGroupHeading ?? 'Options:';
    groups.set(heading, [...(groups.get(heading) ?? []), option]);
  }
  return [...groups].map(([heading, options]) => `${heading}\n\n${options.map(optionLine).join('\n')}`);
}

function optionLine({ flags, description, defaultValue }: Option): string {
  const isShown = typeof defaultValue === 'string' || defaultValue === true;
  return `- \`${flags}\`: ${description}${isShown && !flags.startsWith('--no-') ? ` (default \`${String(defaultValue)}\`)` : ''}`;
}
