import { join } from 'node:path';
import { execa } from 'execa';
import { SetupError } from '../lib/SetupError.ts';
import { type Place, project } from './place.ts';
import { isService } from './service.ts';

/** The `pouch` command as users type it. */
export const pouchCommand = 'bin/pouch';

/**
 * Prints and runs a `pouch` command with its output.
 * @throws SetupError if it fails
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
      `pouch ${args[0]} failed: fix the cause above, then run this again (the daemon's log: ${logOf(place)}).`,
    );
}

/** Runs a `pouch` command silently. Returns its output; undefined if it fails. */
export async function askPouch(place: Place, ...args: string[]): Promise<string | undefined> {
  const { failed, stdout } = await execa(join(project, pouchCommand), args, {
    env: { POUCH_HOST: place.host },
    stdin: 'ignore',
    reject: false,
    timeout: 120_000,
  });
  return failed ? undefined : stdout.trim();
}

/** The file or command with pouchd's log. */
export function logOf(place: Place): string {
  return isService(place) ? 'journalctl -u pouchd' : place.logFile;
}
