import type { Command } from 'commander';
import type { ConnectionFlags } from './connection.ts';

/** Global options with a value; they stand before the command's name. */
const withValue = new Set([
  '-c',
  '--context',
  '-H',
  '--host',
  '--tlscacert',
  '--tlscert',
  '--tlskey',
  '--token-file',
]);

/** The global options that are given before the command's name. */
export function connectionOf(program: Command, args: string[]): ConnectionFlags {
  program.parseOptions(args.slice(0, globalOptions(args)));
  return program.opts<ConnectionFlags>();
}

/**
 * Returns the arguments that may name a command: those after the global options, without a leading `help`.
 * `-H unix:///x container ls -a` → `container ls -a`.
 */
export function commandPath(args: string[]): string[] {
  const path = args.slice(globalOptions(args));
  return path[0] === 'help' ? path.slice(1) : path;
}

/** How many arguments precede the command's name. */
function globalOptions(args: string[]): number {
  let index = 0;
  while (args[index]?.startsWith('-')) index += withValue.has(args[index] ?? '') ? 2 : 1;
  return index;
}
