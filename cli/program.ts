import type { CommandEntry } from './commandEntry.ts';
import { commandTree } from './commandTree.ts';
import type { ConnectionFlags } from './connection.ts';
import { PouchCommand } from './PouchCommand.ts';
import type { Session } from './Session.ts';
import { version } from './version.ts';

/** Every name is wanted: for completions and docs. */
export const wholeTree = Symbol('whole tree');

/**
 * Builds the command tree; only the commands on the path are loaded (a name nobody calls costs no start-up time).
 * @param path - the arguments that may be command names, or `wholeTree`
 */
export async function buildProgram(
  session: Session,
  path: string[] | typeof wholeTree,
): Promise<PouchCommand> {
  session.loadAll = () => buildProgram(session, wholeTree);
  const program = new PouchCommand('pouch')
    .description('Run containers, plain ones and rich ones.')
    .usage('[-H ADDRESS] COMMAND …')
    .option('-H, --host <address>', 'the daemon: unix:///PATH or tcp://ADDRESS:PORT (also POUCH_HOST)')
    .option('--tlsverify', 'use TLS and verify the daemon (also POUCH_TLS_VERIFY)')
    .option('--tlscacert <file>', 'CA of the daemon (else ca.pem in POUCH_CERT_PATH or ~/.pouch)')
    .option('--tlscert <file>', 'certificate of this client (else cert.pem there)')
    .option('--tlskey <file>', 'private key of this client (else key.pem there)')
    .option('--token-file <file>', "file with the daemon's token (also POUCH_TOKEN_FILE)")
    .version(version, '-v, --version', 'print the version of the command')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => session.terminal.stdout.write(text),
      writeErr: (text) => session.terminal.stderr.write(text),
      // Errors are printed in one place, for all kinds.
      outputError: () => undefined,
      getOutHelpWidth: () => session.terminal.stdout.columns ?? 100,
    })
    .configureHelp({ showGlobalOptions: false, subcommandTerm: (command) => command.name() })
    .addHelpText('after', '\n`pouch COMMAND --help` shows the options of a command.')
    .hook('preSubcommand', (command) => {
      session.connection = command.opts<ConnectionFlags>();
    });
  await addEntries(program, commandTree, path, session);
  return program;
}

async function addEntries(
  parent: PouchCommand,
  entries: CommandEntry[],
  path: string[] | typeof wholeTree,
  session: Session,
): Promise<void> {
  // All of them only where their names are asked for: by help, a wrong name, completions. It is 3 ms of every start.
  const called = path === wholeTree ? undefined : entries.find((entry) => matches(entry, path[0]));
  for (const entry of called ? [called] : entries) {
    const wanted = path === wholeTree || entry === called;
    parent.addCommand(await makeCommand(parent, entry, wanted ? nextOf(path) : undefined, session));
  }
}

/** @param rest - the path below this command; undefined if the command is not called */
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
    command.usage('COMMAND …').enablePositionalOptions();
    await addEntries(command, entry.subcommands, rest ?? [], session);
  } else if (rest !== undefined && entry.load) {
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
