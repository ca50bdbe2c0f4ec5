import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { ExitResult } from '../shared/Waiters.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { isUp, isUpOrRestarting } from '../../state/status.ts';
import { linkedAbort } from '../../wait/linkedAbort.ts';

/** `ready`: its boot has ended, or it has; the exit code is 0 if it is up with all that was to start. */
export type WaitCondition = 'not-running' | 'next-exit' | 'removed' | 'ready';

export async function wait(
  engine: EngineContext,
  record: ContainerRecord,
  condition: WaitCondition,
  signal?: AbortSignal,
): Promise<ExitResult> {
  if (condition === 'ready') return await ready(engine, record, signal);
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
  const { controller, unlink } = linkedAbort(signal);
  const next = (kind: 'ready' | 'exit') => engine.waiters.next(kind, record.id, controller.signal);
  const both = [next('ready'), next('exit').then(() => ({ exitCode: 1 }))];
  try {
    return await Promise.race(both);
  } finally {
    controller.abort();
    unlink();
    await Promise.allSettled(both);
  }
}
