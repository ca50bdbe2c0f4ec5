import { type ProcessIdentity, identify } from './processIdentity.ts';
import { readProcesses } from './readProcesses.ts';

/**
 * Returns the living processes whose arguments (the command first) match.
 * @throws the system's error if /proc cannot be read
 */
export async function findProcesses(matches: (argv: string[]) => boolean): Promise<ProcessIdentity[]> {
  const commands = [...(await readProcesses('cmdline'))];
  return commands
    .filter(([, text]) => matches(text.split('\0').slice(0, -1)))
    .map(([pid]) => identify(pid))
    .filter((process) => process !== undefined);
}

/**
 * Returns a living process with exactly these arguments. It finds a process without a pid file, whose parent was
 * killed right after starting it.
 */
export async function findByArguments(argv: readonly string[]): Promise<ProcessIdentity | undefined> {
  const wanted = argv.join('\0');
  return (await findProcesses((found) => found.join('\0') === wanted))[0];
}
