import type { CommanderError } from 'commander';
import type { ClientError } from '../client/index.ts';
import { paletteFor } from './output/colour.ts';
import { printable } from './output/printable.ts';
import { exitCodes } from './errors.ts';
import type { Terminal } from './Session.ts';

/** Commands that create a container or process: a failure before it runs ends with 125. */
const starters = new Set(['run', 'create', 'exec', 'shell']);

/**
 * Prints message, plugin, hint and code, one per line. Help and version output, which commander throws, is not an
 * error.
 */
export function reportError(error: unknown, terminal: Terminal): void {
  if (isBrokenPipe(error)) return;
  const { message, culprit, hint, code } = describe(error);
  if (message === undefined) return;
  const paint = paletteFor(terminal.stderr, terminal.env);
  const lines = [`${paint.red('pouch:')} ${message}`];
  if (culprit) lines.push(`  by ${culprit}`);
  if (hint) lines.push(`hint: ${hint}`);
  if (code) lines.push(paint.dim(`code: ${code}`));
  terminal.stderr.write(`${printable(lines.join('\n'))}\n`);
}

/** The reader has closed the pipe, as in `pouch logs … | head`. */
function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && (error as NodeJS.ErrnoException).code === 'EPIPE';
}

/** Hints by code, for errors without one. */
const standardHints: Record<string, string> = {
  PCH_OPTION_INVALID: 'see --help for the options of the command',
};

interface Description {
  message?: string;
  culprit?: string | undefined;
  hint?: string | undefined;
  code?: string;
}

function describe(error: unknown): Description {
  if (isCoded(error)) {
    const { message, code, hint = standardHints[code] } = error;
    return { message, culprit: culpritOf(error), hint, code };
  }
  if (isUsage(error)) return describeUsage(error);
  return { message: error instanceof Error ? error.message : String(error), code: 'PCH_INTERNAL' };
}

const codedErrors = new Set(['ClientError', 'CliError', 'OptionError']);

/**
 * Compares names because instanceof fails for a module that is loaded twice; the constructor sets the name, as
 * classes are minified.
 */
function isCoded(error: unknown): error is ClientError {
  return error instanceof Error && codedErrors.has(error.name);
}

function isUsage(error: unknown): error is CommanderError {
  return error instanceof Error && /^commander\./.test((error as CommanderError).code);
}

function culpritOf(error: ClientError): string | undefined {
  if (!error.plugin) return undefined;
  return error.hook ? `plugin ${error.plugin} at ${error.hook}` : `plugin ${error.plugin}`;
}

function describeUsage(error: CommanderError): Description {
  if (error.exitCode === 0 || error.code === 'commander.help') return {};
  const [first = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const hint = suggestion?.replace(/^\((.*)\)$/, '$1') ?? standardHints['PCH_OPTION_INVALID'];
  return { message: first, hint, code: 'PCH_OPTION_INVALID' };
}

/** Returns the exit code for an error. */
export function exitCodeFor(error: unknown, path: string[]): number {
  if (isUsage(error) && error.exitCode === 0) return 0;
  if (isBrokenPipe(error)) return exitCodes.brokenPipe;
  const verb = path[0] === 'container' ? path[1] : path[0];
  if (!starters.has(verb ?? '')) return exitCodes.failure;
  return isCoded(error) && error.name === 'ClientError' ? startFailure(error, verb) : exitCodes.notStarted;
}

/** 126 and 127 blame the contained command, as in Docker. dockerd sends no code, so the message is matched. */
function startFailure(error: ClientError, verb: string | undefined): number {
  if (error.code === 'PCH_COMMAND_NOT_FOUND') return exitCodes.notFound;
  if (error.code === 'PCH_COMMAND_NOT_EXECUTABLE') return exitCodes.notExecutable;
  // As of docker exec.
  const isExec = verb === 'exec' || verb === 'shell';
  if (isExec && error.code === 'PCH_USER_NOT_FOUND') return exitCodes.notExecutable;
  if (isExec) return exitCodes.failure;
  if (error.code !== '') return exitCodes.notStarted;
  if (/executable file not found|exec: ".*": stat .*no such file/.test(error.message))
    return exitCodes.notFound;
  if (/exec: ".*": .*(permission denied|is a directory)/.test(error.message)) return exitCodes.notExecutable;
  return exitCodes.notStarted;
}
