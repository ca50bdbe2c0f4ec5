import { setTimeout as delay } from 'node:timers/promises';
import { type Engine, type FileAccess, hasCode, type Logger, messageOf } from '../../hooks/index.ts';
import { hasMounts } from './mounts.ts';

/** Milliseconds until lxcfs must serve after its start. */
const servesWithinMs = 10_000;
const everyMs = 50;

export interface Healing {
  root: string;
  files: FileAccess;
  log: Logger;
}

/**
 * Mounts lxcfs's files in running containers again whenever another lxcfs has started: those of one that has ended give
 * ENOTCONN. Also at once, because one may have ended while no pouchd ran. Ends when the signal aborts.
 */
export async function keepHealing(engine: Engine, healing: Healing, signal: AbortSignal): Promise<void> {
  const events = engine.events.subscribe({ since: Date.now() / 1000, signal });
  await heal(engine, healing, signal);
  for await (const { type, action, id } of events)
    if (type === 'daemon' && id === 'lxcfs' && action === 'sidecar_started')
      await heal(engine, healing, signal);
}

async function heal(
  { containers }: Engine,
  { root, files, log }: Healing,
  signal: AbortSignal,
): Promise<void> {
  const isServed = await serves(files, root, signal);
  if (signal.aborted) return;
  // The call takes stale mounts away all the same.
  if (!isServed) log.warn('lxcfs does not serve: containers have the values of the host');
  // One that is starting is not running yet: the call waits for it.
  const concerned = containers.list({ all: true }).filter(({ draft }) => hasMounts(draft, root));
  await Promise.all(
    concerned.map(async ({ id }) => {
      await containers.remount(id).catch((error: unknown) => {
        if (!hasCode(error, 'PCH_CONTAINER_NOT_RUNNING', 'PCH_CONTAINER_NOT_FOUND'))
          log.warn('lxcfs is not mounted again', { container: id, error: messageOf(error) });
      });
    }),
  );
}

async function serves(files: FileAccess, root: string, signal: AbortSignal): Promise<boolean> {
  const isThere = () => files.look(`${root}/proc/uptime`).then(Boolean, () => false);
  for (let left = servesWithinMs; left > 0 && !signal.aborted; left -= everyMs) {
    if (await isThere()) return true;
    await delay(everyMs, undefined, { signal }).catch(() => undefined);
  }
  return false;
}
