import { readFile, readdir } from 'node:fs/promises';
import { type ProcessIdentity, identify } from './process-identity.ts';

/**
 * A living process that was started with exactly these arguments (the command first). It finds a process whose pid
 * file was not written because its parent was killed right after starting it.
 */
export async function findByArguments(argv: readonly string[]): Promise<ProcessIdentity | undefined> {
  const wanted = Buffer.from(argv.map((arg) => `${arg}\0`).join(''));
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const found = await readFile(`/proc/${entry}/cmdline`).catch(() => undefined);
    if (found?.equals(wanted)) return identify(Number(entry));
  }
  return undefined;
}
