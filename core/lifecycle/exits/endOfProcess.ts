import { hasCode } from '../../../hooks/errors.ts';
import { setTimeout as delay } from 'node:timers/promises';
import { type ExitStatus } from '../../containerd/index.ts';
import type { EngineContext } from '../shared/engineContext.ts';

/** Milliseconds before the next try to reach containerd. */
const retryMs = 200;

/**
 * How a container's init ends, waited for through restarts of containerd; undefined if containerd does not know it
 * any more, or the daemon ends first.
 */
export async function endOfInit(engine: EngineContext, container: string): Promise<ExitStatus | undefined> {
  return await endOf(engine, container, '', (error) => hasCode(error, 'PCH_CONTAINERD_NOT_FOUND'));
}

/** The same for an exec; undefined also if its shim does not know how it has ended. */
export async function endOfExec(
  engine: EngineContext,
  container: string,
  exec: string,
): Promise<ExitStatus | undefined> {
  const isAway = (error: unknown) => hasCode(error, 'PCH_CONTAINERD_UNAVAILABLE', 'PCH_CANCELLED');
  return await endOf(engine, container, exec, (error) => !isAway(error));
}

async function endOf(
  { client, shutdown }: EngineContext,
  container: string,
  exec: string,
  isLost: (error: unknown) => boolean,
): Promise<ExitStatus | undefined> {
  while (!shutdown.aborted) {
    try {
      return await client.tasks.wait(container, exec, { signal: shutdown });
    } catch (error) {
      if (isLost(error)) return undefined;
      if (!hasCode(error, 'PCH_CANCELLED')) await delay(retryMs, undefined, { ref: false });
    }
  }
  return undefined;
}
