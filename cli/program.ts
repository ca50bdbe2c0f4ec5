import { Help, type Option } from 'commander';
import type { CommandEntry } from './commandEntry.ts';
import { commandTree } from './commandTree.ts';
import type { ConnectionFlags } from './connection.ts';
import { PouchCommand } from './PouchCommand.ts';
import type { Session } from './Session.ts';
import { version } from './version.ts';

/** Loads every command, for completions and docs. */
export const wholeTree = Symbol('whole tree');

/**
 * Builds the command tree. Only the commands on the path are loaded, to save start-up time.
 * @param path - arguments that may be command names, or `wholeTree`
 */
export async function buildProgram(
  session: Session,
  path: string[] | typeof wholeTree,
): Promise<PouchCommand> {
  session.loadAll = () => buildProgram(session, wholeTree);
  const program = new PouchCommand('pouch')
    .description('Run plain and rich containers.')
    .usage('[-H ADDRESS] COMMAND …')
    .option(
      '-H, --host <address>',
      'Daemon socket to connect to: unix:///PATH, tcp://ADDRESS:PORT or ssh://[USER@]HOST (also POUCH_HOST)',
    )
    .option(
      '-c, --context <context>',
      'Context with the address of the daemon (also POUCH_CONTEXT, DOCKER_CONTEXT): see `pouch context`',
    )
    .option('--tlsverify', 'Use TLS and verify the remote (also POUCH_TLS_VERIFY)')
    .option(
      '--tlscacert <file>',
      'Trust certs signed only by this CA (default ca.pem in POUCH_CERT_PATH or ~/.pouch)',
    )
    .option('--tlscert <file>', 'Path to TLS certificate file (default cert.pem there)')
    .option('--tlskey <file>', 'Path to TLS key file (default key.pem there)')
    .option('--token-file <file>', "File with the daemon's token (also POUCH_TOKEN_FILE)")
    .version(version, '-v, --version', 'Print version information and quit')
    .helpOption('-h, --help', 'Print usage')
    .helpCommand('help [command]', 'Print usage of a command')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => session.terminal.stdout.write(text),
      writeErr: (text) => session.terminal.stderr.write(text),
      // reportError() prints all errors.
      outputError: () => undefined,
      getOutHelpWidth: () => session.terminal.stdout.columns ?? 100,
    })
    .configureHelp({
      showGlobalOptions: false,
      subcommandTerm: (command) => command.name(),
      optionDescription,
    })
    .addHelpText('after', "\nRun 'pouch COMMAND --help' for more information on a command.")
    .hook('preSubcommand', (command) => {
      session.connection = command.opts<ConnectionFlags>();
    });
  await addEntries(program, commandTree, path, session);
  return program;
}

/** As commander's, but an option that may be repeated has no default. */
function optionDescription(option: Option): string {
  if (Array.isArray(option.defaultValue)) return option.description;
  return Help.prototype.optionDescription(option);
}

async function addEntries(
  parent: PouchCommand,
  entries: CommandEntry[],
  path: string[] | typeof wholeTree,
  session: Session,
): Promise<void> {
  // Help, an unknown name and completions need all names; adding them all costs 3 ms per start.
  const called = path === wholeTree ? undefined : entries.find((entry) => matches(entry, path[0]));
  for (const entry of called ? [called] : entries) {
    const wanted = path === wholeTree || entry === called;
    parent.addCommand(await makeCommand(parent, entry, wanted ? nextOf(path) : undefined, session));
  }
}

/** @param rest - arguments after the command's name; undefined if the command is not called */
async function makeCommand(
  parent: PouchCommand,
  entry: CommandEntry,
  rest: string[] | typeof wholeTree | undefined,
  session: Session,
): Promise<PouchCommand> {
  const command = new PouchCommand(entry.name).copyInheritedSettings(parent);
  command
    .summary(entry.summary)
    .description(entry.summary)
    .aliases(entry.aliases ?? []);
  if (entry.group) command.helpGroup(entry.group);
  if (entry.subcommands) {
    if (!entry.load) command.usage('COMMAND …');
    command.enablePositionalOptions();
    await addEntries(command, entry.subcommands, rest ?? [], session);
  }
  if (rest !== undefined && entry.load) {
    (await entry.load()).define(command, session);
  }
  return command;
}

function matches(entry: CommandEntry, name: string | undefined): boolean {
  return name !== undefined && (entry.name === name || (entry.aliases ?? []).includes(name));
}

function nextOf(path: string[] | typeof wholeTree): string[] | typeof wholeTree {
  return path === wholeTree ? wholeTree : path.slice(1);
}
