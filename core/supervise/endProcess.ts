import { PouchError } from '../../hooks/errors.ts';
import { type ProcessIdentity, isAlive, signal } from './processIdentity.ts';
import { waitUntil } from '../wait/waitUntil.ts';

/**
 * Sends SIGTERM, and SIGKILL if the process is alive after `withinMs`. Resolves when it has ended.
 * @throws PCH_DEADLINE
 */
export async function endProcess(running: ProcessIdentity, name: string, withinMs: number): Promise<void> {
  const isGone = () => !isAlive(running);
  for (const how of ['SIGTERM', 'SIGKILL'] as const) {
    signal(running, how);
    if (await waitUntil(isGone, { withinMs })) return;
  }
  throw new PouchError(
    'PCH_DEADLINE',
    `${name} (pid ${running.pid}) did not end within ${withinMs} ms of SIGKILL`,
    {
      hint: `it is stuck in the kernel, e.g. on a failed disk or network mount; see /proc/${running.pid}/stack`,
    },
  );
}
