import type { ContainerRecord } from '../../hooks/engine.ts';
import type { ExitResult } from './Exits.ts';
import type { Kernel } from './kernel.ts';

export type WaitCondition = 'not-running' | 'next-exit' | 'removed';

export async function wait(
  kernel: Kernel,
  record: ContainerRecord,
  condition: WaitCondition,
  signal?: AbortSignal,
): Promise<ExitResult> {
  if (condition === 'removed') return await kernel.exits.next('removal', record.id, signal);
  const { status, exitCode, error } = record.state;
  const runs = ['running', 'paused', 'restarting'].includes(status);
  if (condition === 'not-running' && !runs) return { exitCode, ...(error && { error }) };
  return await kernel.exits.next('exit', record.id, signal);
}
