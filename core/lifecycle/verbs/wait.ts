import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { ExitResult } from '../shared/Waiters.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { isUpOrRestarting } from '../../state/status.ts';

export type WaitCondition = 'not-running' | 'next-exit' | 'removed';

export async function wait(
  engine: EngineContext,
  record: ContainerRecord,
  condition: WaitCondition,
  signal?: AbortSignal,
): Promise<ExitResult> {
  if (condition === 'removed') return await engine.waiters.next('removal', record.id, signal);
  const { exitCode, error } = record.state;
  if (condition === 'not-running' && !isUpOrRestarting(record)) return { exitCode, ...(error && { error }) };
  return await engine.waiters.next('exit', record.id, signal);
}
