/** Global options with a value; they stand before the command's name. */
const withValue = new Set(['-H', '--host', '--tlscacert', '--tlscert', '--tlskey', '--token-file']);

/**
 * Returns the arguments that may name a command: those after the global options, without a leading `help`.
 * `-H unix:///x container ls -a` → `container ls -a`.
 */
export function commandPath(args: string[]): string[] {
  let index = 0;
  while (args[index]?.startsWith('-')) index += withValue.has(args[index] ?? '') ? 2 : 1;
  const path = args.slice(index);
  return path[0] === 'help' ? path.slice(1) : path;
}
