import type { ContainerRecord } from '../../../hooks/engine.ts';
import { messageOf } from '../../../hooks/errors.ts';
import type { EngineContext } from '../shared/engineContext.ts';

/**
 * Gives a container that the runtime has made its console, if its init prints to one. Without it the container starts
 * too, and its init prints to nothing.
 */
export async function startConsole(
  engine: EngineContext,
  record: ContainerRecord,
  pid: number,
): Promise<void> {
  const { rich, process, mounts } = record.draft;
  // A directory of the host on /dev has the host's console.
  const isOwn = mounts['/dev']?.type === 'tmpfs' && mounts['/dev/pts']?.type === 'devpts';
  if (!rich.console || process.tty || !isOwn) return;
  const settings = { pid, log: rich.console, notify: rich.readiness?.notify ?? '' };
  await engine.io.startConsole(record.id, settings).catch((error: unknown) => {
    engine.log.warn('a container has no console', { container: record.id, error: messageOf(error) });
  });
}
