import { setTimeout as delay } from 'node:timers/promises';
import { type Engine, type FileAccess, hasCode, type Logger, messageOf } from '../../hooks/index.ts';
import { hasMounts } from './mounts.ts';
import { isRenewal, someFileOf } from './values.ts';

/** Milliseconds until lxcfs, or a process with values, must serve after its start. */
const servesWithinMs = 10_000;
const everyMs = 50;

export interface Healing {
  /** Where lxcfs serves; undefined if it does not run. */
  root: string | undefined;
  files: FileAccess;
  log: Logger;
}

/**
 * Mounts files in running containers again: those of lxcfs whenever another lxcfs has started, as those of one that has
 * ended give ENOTCONN; those of Pouch's own process when it has started again. Also at once, because one may have ended
 * while no pouchd ran. Ends when the signal aborts.
 */
export async function keepHealing(engine: Engine, healing: Healing, signal: AbortSignal): Promise<void> {
  // Recovery starts processes again before any surface is started.
  const events = engine.events.subscribe({ since: performance.timeOrigin / 1000, signal });
  const { root } = healing;
  const start = Date.now() * 1e6;
  if (root !== undefined) await healAll(engine, healing, root, signal);
  for await (const event of events) {
    const isNew = event.timeNano >= start;
    const isLxcfs = event.type === 'daemon' && event.id === 'lxcfs' && event.action === 'sidecar_started';
    if (root !== undefined && isLxcfs && isNew) await healAll(engine, healing, root, signal);
    if (event.type === 'container' && isRenewal(event)) void healOne(engine, healing, event.id, signal);
  }
}

async function healAll(engine: Engine, healing: Healing, root: string, signal: AbortSignal): Promise<void> {
  const isServed = await appears(healing.files, `${root}/proc/uptime`, signal);
  if (signal.aborted) return;
  // The call takes stale mounts away all the same.
  if (!isServed) healing.log.warn('lxcfs does not serve: containers have the values of the host');
  // One that is starting is not running yet: the call waits for it.
  const concerned = engine.containers.list({ all: true }).filter(({ draft }) => hasMounts(draft, root));
  await Promise.all(concerned.map(({ id }) => remount(engine, healing, id)));
}

/** At the first start of the process its container does not run yet, and gets the files by itself. */
async function healOne(engine: Engine, healing: Healing, id: string, signal: AbortSignal): Promise<void> {
  const record = engine.containers.list({ all: true }).find((one) => one.id === id);
  const file = record && someFileOf(record.draft);
  if (record?.state.status !== 'running' || file === undefined) return;
  if (await appears(healing.files, file, signal)) await remount(engine, healing, id);
}

async function remount({ containers }: Engine, { log }: Healing, id: string): Promise<void> {
  await containers.remount(id).catch((error: unknown) => {
    if (!hasCode(error, 'PCH_CONTAINER_NOT_RUNNING', 'PCH_CONTAINER_NOT_FOUND'))
      log.warn('files of /proc are not mounted again', { container: id, error: messageOf(error) });
  });
}

async function appears(files: FileAccess, path: string, signal: AbortSignal): Promise<boolean> {
  const isThere = () => files.look(path).then(Boolean, () => false);
  for (let left = servesWithinMs; left > 0 && !signal.aborted; left -= everyMs) {
    if (await isThere()) return true;
    await delay(everyMs, undefined, { signal }).catch(() => undefined);
  }
  return false;
}
