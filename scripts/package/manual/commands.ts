/** pouch(1) and a page for each command, from the command tree, as docs/reference/cli.md is. */
import type { Command, Option } from 'commander';
import { buildProgram, wholeTree } from '../../../cli/program.ts';
import { Session } from '../../../cli/Session.ts';
import { bold, escape, inline, item, type Page, paragraphs, seeAlso } from './roff.ts';

export async function commandPages(): Promise<Page[]> {
  const program = await buildProgram(new Session(process), wholeTree);
  return [overview(program), ...program.commands.flatMap((command) => pagesOf(command, ['pouch']))];
}

function overview(program: Command): Page {
  return {
    name: 'pouch',
    section: 1,
    summary: 'run plain and rich containers',
    sections: [
      ['SYNOPSIS', `${bold('pouch')} ${escape(program.usage())}`],
      ['DESCRIPTION', paragraphs(...introduction.map(inline))],
      ['OPTIONS', program.options.map(optionItem).join('\n')],
      ['COMMANDS', program.commands.map((command) => commandItem(command, 'pouch')).join('\n')],
      ['EXIT STATUS', inline(exitStatus)],
      [
        'ENVIRONMENT',
        Object.entries(variables)
          .map(([name, text]) => item(bold(name), inline(text)))
          .join('\n'),
      ],
      ['FILES', item(bold('/run/pouch/pouchd.sock'), inline('The socket of the daemon.'))],
      ['SEE ALSO', seeAlso('pouchd(8)', 'pouchd.yaml(5)', 'runc(8)', 'containerd(8)')],
    ],
  };
}

const introduction = [
  '`pouch` is the command line of **pouchd**(8), which runs containers: plain OCI containers by default, and rich ones on demand, with systemd ' +
    'or another init, sshd and cron. Commands and options have the names of Docker’s.',
  'Options of `run`, `create`, `exec` and `top` precede their arguments: what follows the image or container is its command. ' +
    '`--format` takes `table`, `json` (one object per line) or a Go template.',
];

const exitStatus =
  '0 on success, 1 on an error. `run`, `start -a`, `attach` and `exec` exit with the code of the container’s process. `run`, `create` and `exec` ' +
  'exit with 125 if it could not be started, with 126 if the command cannot be invoked, and with 127 if it cannot be found.';

const variables = {
  POUCH_HOST: 'Address of the daemon, as of `--host`.',
  POUCH_CONTEXT: 'Context, as of `--context`; after it DOCKER_CONTEXT.',
  POUCH_CONFIG: 'Directory of contexts; default `~/.pouch`.',
  POUCH_TLS_VERIFY: 'Not empty: as `--tlsverify`.',
  POUCH_CERT_PATH: 'Directory of the TLS files; default as of POUCH_CONFIG.',
  POUCH_TOKEN_FILE: 'File with the daemon’s token, as of `--token-file`.',
  NO_COLOR: 'Not empty: output is not coloured.',
};

function pagesOf(command: Command, above: readonly string[]): Page[] {
  const path = [...above, command.name()];
  return [page(command, path), ...command.commands.flatMap((child) => pagesOf(child, path))];
}

function page(command: Command, path: readonly string[]): Page {
  const { commands, options, registeredArguments: args } = command;
  const shown = options.filter(({ hidden }) => !hidden);
  const parent = path.slice(0, -1);
  const aliases = command.aliases().map((alias) => bold([...parent, alias].join(' ')));
  const described = [
    `${escape(command.summary())}.`,
    ...(aliases.length > 0 ? [`Also ${aliases.join(', ')}.`] : []),
  ];
  const sections: [string, string[]][] = [
    ['ARGUMENTS', args.map((one) => item(bold(one.name()), inline(one.description)))],
    ['COMMANDS', commands.map((child) => commandItem(child, path.join(' ')))],
    ...optionSections(shown),
  ];
  return {
    name: path.join('-'),
    section: 1,
    summary: lowerFirst(command.summary()),
    sections: [
      ['SYNOPSIS', `${bold(path.join(' '))} ${escape(command.usage())}`],
      ['DESCRIPTION', paragraphs(...described)],
      ...sections.flatMap(([title, items]) => (items.length > 0 ? [[title, items.join('\n')] as const] : [])),
      ['SEE ALSO', seeAlso(...[parent, ...commands.map((child) => [...path, child.name()])].map(reference))],
    ],
  };
}

function reference(path: readonly string[]): string {
  return `${path.join('-')}(1)`;
}

/** Below their headings, as in --help. */
function optionSections(options: readonly Option[]): [string, string[]][] {
  const headings = new Set(options.map(headingOf));
  return [...headings].map((heading) => [
    heading.replace(/:$/, '').toUpperCase(),
    options.filter((option) => headingOf(option) === heading).map(optionItem),
  ]);
}

function headingOf({ helpGroupHeading = 'Options:' }: Option): string {
  return helpGroupHeading;
}

function optionItem({ flags, description, defaultValue }: Option): string {
  const isShown = typeof defaultValue === 'string' || defaultValue === true;
  const fallback = isShown && !flags.startsWith('--no-') ? ` Default: ${bold(String(defaultValue))}.` : '';
  return item(bold(flags), `${inline(description)}.${fallback}`);
}

function commandItem(command: Command, parent: string): string {
  return item(
    seeAlso(`${parent.replaceAll(' ', '-')}-${command.name()}(1)`),
    `${escape(command.summary())}.`,
  );
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text[0]!.toLowerCase() + text.slice(1) : text;
}
