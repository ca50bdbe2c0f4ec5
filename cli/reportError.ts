import { CommanderError } from 'commander';
import { ClientError } from '../client/index.ts';
import { paletteFor } from './output/colour.ts';
import { CliError, exitCodes } from './errors.ts';
import type { Terminal } from './session.ts';

/** Commands that make a container or a process: a failure before it runs is 125. */
const starters = new Set(['run', 'create', 'exec']);

/** Prints message, culprit, hint and code, one a line. Asked-for output (help, version) is no error. */
export function reportError(error: unknown, terminal: Terminal): void {
  if (isBrokenPipe(error)) return;
  const { message, culprit, hint, code } = describe(error);
  if (message === undefined) return;
  const paint = paletteFor(terminal.stderr, terminal.env);
  const lines = [`${paint.red('pouch:')} ${message}`];
  if (culprit) lines.push(`  by ${culprit}`);
  if (hint) lines.push(`hint: ${hint}`);
  if (code) lines.push(paint.dim(`code: ${code}`));
  terminal.stderr.write(`${lines.join('\n')}\n`);
}

/** `pouch logs … | head`: the reader has what it wanted. */
function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && (error as NodeJS.ErrnoException).code === 'EPIPE';
}

interface Description {
  message?: string;
  culprit?: string | undefined;
  hint?: string | undefined;
  code?: string;
}

function describe(error: unknown): Description {
  if (error instanceof ClientError) return { ...pick(error), culprit: culpritOf(error) };
  if (error instanceof CliError) return pick(error);
  if (error instanceof CommanderError) return describeUsage(error);
  const stack = error instanceof Error ? error.message : String(error);
  return { message: stack, code: 'PCH_INTERNAL' };
}

function pick(error: ClientError | CliError): Description {
  return { message: error.message, hint: error.hint, code: error.code };
}

function culpritOf(error: ClientError): string | undefined {
  if (!error.plugin) return undefined;
  return error.hook ? `plugin ${error.plugin} at ${error.hook}` : `plugin ${error.plugin}`;
}

function describeUsage(error: CommanderError): Description {
  if (error.exitCode === 0 || error.code === 'commander.help') return {};
  const [first = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const hint = suggestion?.replace(/^\((.*)\)$/, '$1') ?? '--help shows what the command takes';
  return { message: first, hint, code: 'PCH_OPTION_INVALID' };
}

/** Exit code for an error that ended a command. */
export function exitCodeFor(error: unknown, path: string[]): number {
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  if (isBrokenPipe(error)) return exitCodes.brokenPipe;
  const verb = path[0] === 'container' ? path[1] : path[0];
  if (!starters.has(verb ?? '')) return exitCodes.failure;
  return error instanceof ClientError ? startFailure(error, verb) : exitCodes.notStarted;
}

/** 126 and 127 tell the caller that the fault is the command's; Docker's servers tell it only in the text. */
function startFailure(error: ClientError, verb: string | undefined): number {
  if (error.code === 'PCH_COMMAND_NOT_FOUND') return exitCodes.notFound;
  if (error.code === 'PCH_COMMAND_NOT_EXECUTABLE') return exitCodes.notExecutable;
  if (verb === 'exec') return exitCodes.failure;
  if (error.code !== '') return exitCodes.notStarted;
  if (/executable file not found|exec: ".*": stat .*no such file/.test(error.message))
    return exitCodes.notFound;
  if (/exec: ".*": .*(permission denied|is a directory)/.test(error.message)) return exitCodes.notExecutable;
  return exitCodes.notStarted;
}
