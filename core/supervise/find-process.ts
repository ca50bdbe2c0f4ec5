import { readFile, readdir } from 'node:fs/promises';
import { type ProcessIdentity, identify } from './process-identity.ts';

/** The living processes whose arguments (the command first) match. */
export async function findProcesses(matches: (argv: string[]) => boolean): Promise<ProcessIdentity[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return matches(text.split('\0').slice(0, -1)) ? identify(Number(pid)) : undefined;
    }),
  );
  return found.filter((process) => process !== undefined);
}

/**
 * A living process that was started with exactly these arguments. It finds a process whose pid file was not written
 * because its parent was killed right after starting it.
 */
export async function findByArguments(argv: readonly string[]): Promise<ProcessIdentity | undefined> {
  const wanted = argv.join('\0');
  return (await findProcesses((found) => found.join('\0') === wanted))[0];
}
