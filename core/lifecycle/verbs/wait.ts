import type { ContainerRecord } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { field } from '../../../hooks/fields.ts';
import { isProbed } from '../../../hooks/healthcheck.ts';
import type { ExitResult } from '../shared/Waiters.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { isUp, isUpOrRestarting } from '../../state/status.ts';
import { linkedAbort } from '../../wait/linkedAbort.ts';

/**
 * `ready`: its boot has ended, or it has; the exit code is 0 if it is up with all that was to start. `healthy`: its
 * health is known, or it has ended; the exit code is 0 if it is healthy.
 */
export type WaitCondition = 'not-running' | 'next-exit' | 'removed' | 'ready' | 'healthy';

export async function wait(
  engine: EngineContext,
  record: ContainerRecord,
  condition: WaitCondition,
  signal?: AbortSignal,
): Promise<ExitResult> {
  if (condition === 'ready') return await ready(engine, record, signal);
  if (condition === 'healthy') return await healthy(engine, record, signal);
  if (condition === 'removed') return await engine.waiters.next('removal', record.id, signal);
  const { exitCode, error } = record.state;
  if (condition === 'not-running' && !isUpOrRestarting(record)) return { exitCode, ...(error && { error }) };
  return await engine.waiters.next('exit', record.id, signal);
}

/** A container of a mode without a boot is ready when it runs. */
async function ready(
  engine: EngineContext,
  record: ContainerRecord,
  signal: AbortSignal | undefined,
): Promise<ExitResult> {
  if (!isUp(record)) return { exitCode: 1 };
  const { state = 'running' } = record.state.readiness ?? {};
  if (state !== 'starting') return { exitCode: state === 'running' ? 0 : 1 };
  return await nextOrExit(engine, record, 'ready', signal);
}

/** @throws PCH_CONFLICT for a container without a health check */
async function healthy(
  engine: EngineContext,
  record: ContainerRecord,
  signal: AbortSignal | undefined,
): Promise<ExitResult> {
  const { name, id, draft, state } = record;
  if (!isProbed(draft.healthcheck))
    throw new PouchError('PCH_CONFLICT', `the container ${name} has no health check`, {
      container: id,
      hint: `give it one: ${field('healthcheck.test')}`,
    });
  if (!isUp(record)) return { exitCode: 1 };
  const { status = 'starting' } = state.health ?? {};
  if (status !== 'starting') return { exitCode: status === 'healthy' ? 0 : 1 };
  return await nextOrExit(engine, record, 'health', signal);
}

async function nextOrExit(
  engine: EngineContext,
  record: ContainerRecord,
  change: 'ready' | 'health',
  signal: AbortSignal | undefined,
): Promise<ExitResult> {
  const { controller, unlink } = linkedAbort(signal);
  const next = (kind: typeof change | 'exit') => engine.waiters.next(kind, record.id, controller.signal);
  const both = [next(change), next('exit').then(() => ({ exitCode: 1 }))];
  try {
    return await Promise.race(both);
  } finally {
    controller.abort();
    unlink();
    await Promise.allSettled(both);
  }
}
