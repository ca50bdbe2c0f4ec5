import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { happensWithin } from '../../wait/deadline.ts';
import type { EngineContext } from '../shared/engineContext.ts';

/** Milliseconds; a file system that does not respond must not keep the container from being killed. */
const deadlineMs = 10_000;

/** Runs syncfs(2) in a process of its own, because the call cannot be interrupted. */
const syncPath = (path: string) => promisify(execFile)('sync', ['--file-system', '--', path]);

/**
 * Writes the root file system and the writable bind mounts of a rich container to the disk: its init did not stop in
 * time and is about to be killed. Never throws.
 */
export async function syncFilesystems(
  { log }: Pick<EngineContext, 'log'>,
  { id, state, draft }: Pick<ContainerRecord, 'id' | 'state' | 'draft'>,
  {
    sync = syncPath,
    withinMs = deadlineMs,
  }: { sync?: (path: string) => Promise<unknown>; withinMs?: number } = {},
): Promise<void> {
  if (!draft.rich.enabled || state.pid <= 0) return;
  const paths = new Set([`/proc/${state.pid}/root`, ...writableSources(draft)]);
  const synced = Promise.all(
    [...paths].map((path) =>
      sync(path).catch(() => log.warn('a file system is not synced', { container: id, path })),
    ),
  );
  log.warn('the container did not stop in time: it is killed after a sync', { container: id });
  if (!(await happensWithin(synced, withinMs)))
    log.error('a file system does not respond: the container is killed without a sync', { container: id });
}

/** Those of /sys have no data. */
function writableSources({ mounts }: ContainerRecord['draft']): string[] {
  return Object.values(mounts)
    .filter(({ type, options, source }) => {
      const isBind = type === 'bind' || options.includes('rbind') || options.includes('bind');
      return isBind && !options.includes('ro') && !source.startsWith('/sys/');
    })
    .map(({ source }) => source);
}
