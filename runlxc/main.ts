/** runlxc: an OCI runtime on LXC, with runc's command line. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { flag, type Command, isSet, string, text } from './cli/command.ts';
import { newContext } from './cli/context.ts';
import { RunlxcError } from './cli/error.ts';
import { Log } from './cli/Log.ts';
import { commands } from './commands/index.ts';
import { versionText } from './commands/version.ts';

const globalOptions = {
  root: text,
  log: text,
  'log-format': text,
  debug: flag,
  'systemd-cgroup': flag,
  rootless: text,
  criu: text,
  version: { ...flag, short: 'v' },
  help: { ...flag, short: 'h' },
} as const;

const defaultRoot = '/run/runlxc';

let log = new Log({ file: undefined, format: 'text', debug: false });

/** Returns the exit code. */
export async function main(args: string[]): Promise<number> {
  try {
    return await dispatch(args);
  } catch (error) {
    fail(error);
    return 1;
  }
}

async function dispatch(args: string[]): Promise<number> {
  const { globals, verb, rest } = split(args);
  const { values } = parse(globals, globalOptions);
  if (isSet(values, 'version')) return print(versionText());
  if (isSet(values, 'help') || verb === undefined || verb === 'help') return print(helpText());
  log = new Log({
    file: string(values, 'log'),
    format: string(values, 'log-format') ?? 'text',
    debug: isSet(values, 'debug'),
  });
  const command = commands[verb];
  if (!command) throw new RunlxcError(`unknown command ${JSON.stringify(verb)}: runlxc --help lists them`);
  const context = newContext({
    root: resolve(string(values, 'root') ?? defaultRoot),
    log,
    debug: isSet(values, 'debug'),
    systemdCgroup: isSet(values, 'systemd-cgroup'),
  });
  return await call(verb, command, { context, rest });
}

/** Logs an error in the format of --log-format. */
export function fail(error: unknown): void {
  const { message = String(error) } = error as Partial<Error>;
  log.error(error instanceof RunlxcError ? message : `runlxc: ${message}`);
  if (!(error instanceof RunlxcError) && error instanceof Error) log.debug(error.stack ?? '');
}

async function call(
  verb: string,
  command: Command,
  { context, rest }: { context: ReturnType<typeof newContext>; rest: string[] },
): Promise<number> {
  const { values, positionals } = parse(rest, { ...command.options, help: { ...flag, short: 'h' } });
  if (isSet(values, 'help')) return print(`runlxc ${verb} ${command.usage}\n`);
  const { min, max } = command.arguments;
  if (positionals.length < min || positionals.length > max)
    throw new RunlxcError(
      `${verb} requires ${min === max ? min : `at least ${min}`} argument(s): ${command.usage}`,
    );
  return await command.run({ context, values, positionals });
}

/** Global options precede the verb. */
function split(args: string[]): { globals: string[]; verb: string | undefined; rest: string[] } {
  const { tokens } = parseArgs({
    args,
    options: globalOptions,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const verb = tokens.find(({ kind }) => kind === 'positional');
  if (verb?.kind !== 'positional') return { globals: args, verb: undefined, rest: [] };
  return { globals: args.slice(0, verb.index), verb: verb.value, rest: args.slice(verb.index + 1) };
}

function parse(args: string[], options: Command['options']) {
  try {
    return parseArgs({ args: untilFirstArgument(args, options), options, allowPositionals: true });
  } catch (error) {
    throw new RunlxcError((error as Error).message, { cause: error });
  }
}

/** Options end at the first argument: -l of `exec ID ls -l` belongs to ls. */
function untilFirstArgument(args: string[], options: Command['options']): string[] {
  const { tokens } = parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true });
  const first = tokens.find(({ kind }) => kind === 'positional');
  if (!first || args.slice(0, first.index).includes('--')) return args;
  return [...args.slice(0, first.index), '--', ...args.slice(first.index)];
}

function print(out: string): number {
  process.stdout.write(out);
  return 0;
}

function helpText(): string {
  const verbs = Object.entries(commands).map(([name, { usage }]) => `  ${name} ${usage}`);
  return `runlxc: LXC as an OCI runtime

runlxc [--root DIR] [--log FILE] [--log-format text|json] [--debug] COMMAND

${verbs.sort().join('\n')}
`;
}
