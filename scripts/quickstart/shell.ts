import { join } from 'node:path';
import { execa } from 'execa';
import { SetupError } from '../lib/SetupError.ts';
import { type Place, project } from './place.ts';
import { isService } from './service.ts';

/** The `pouch` command as a reader can type it. */
export const pouchCommand = 'bin/pouch';

/**
 * Shows a `pouch` command and runs it with its own output; ends the quickstart if it fails.
 * @throws SetupError
 */
export async function showPouch(place: Place, ...args: string[]): Promise<void> {
  console.log(`\n$ ${[pouchCommand, ...args].join(' ')}`);
  const ran = await execa(join(project, pouchCommand), args, {
    cwd: project,
    env: { POUCH_HOST: place.host },
    stdio: ['ignore', 'inherit', 'inherit'],
    reject: false,
    timeout: 45 * 60_000,
  });
  if (ran.failed)
    throw new SetupError(
      `pouch ${args[0]} failed; mend what it says above, then run this again (the daemon's log: ${logOf(place)}).`,
    );
}

/** Runs one in silence and answers its output; undefined if it fails. */
export async function askPouch(place: Place, ...args: string[]): Promise<string | undefined> {
  const { failed, stdout } = await execa(join(project, pouchCommand), args, {
    env: { POUCH_HOST: place.host },
    stdin: 'ignore',
    reject: false,
    timeout: 120_000,
  });
  return failed ? undefined : stdout.trim();
}

/** Where a reader finds what pouchd has logged. */
export function logOf(place: Place): string {
  return isService(place) ? 'journalctl -u pouchd' : place.logFile;
}
