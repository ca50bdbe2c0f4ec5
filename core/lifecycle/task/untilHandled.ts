import { readFileSync } from 'node:fs';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { waitUntil } from '../../wait/waitUntil.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { isVm } from '../vm/isVm.ts';

/**
 * Waits until the init of a rich container can receive a signal: the kernel drops a signal that PID 1 of a pid
 * namespace has no handler for (pid_namespaces(7)), as systemd early in its boot. Resolves also when the container
 * has ended, and after `withinMs`.
 */
export async function untilHandled(
  engine: EngineContext,
  record: ContainerRecord,
  signal: number,
  { withinMs, exited }: { withinMs: number; exited: AbortSignal },
): Promise<void> {
  const { state, draft } = record;
  if (!draft.rich.enabled || isVm(engine, record) || state.pid <= 0) return;
  const isReady = () => isHandled(state.pid, signal) || (draft.process.init && hasChild(state.pid));
  await waitUntil(isReady, { withinMs, signal: exited });
}

/**
 * The small init blocks all signals before it starts its child. The kernel does not show that while it waits for one
 * (sigtimedwait(2)).
 */
function hasChild(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8') !== '';
  } catch {
    return true;
  }
}

/** A blocked signal waits for a handler, or for the reader of a signalfd. True for a process that has ended. */
function isHandled(pid: number, signal: number): boolean {
  const status = statusOf(pid);
  if (status === '') return true;
  const bit = 1n << BigInt(signal - 1);
  const has = (name: string) => {
    const mask = new RegExp(`^${name}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1] ?? '0';
    return (BigInt(`0x${mask}`) & bit) !== 0n;
  };
  return has('SigBlk') || has('SigCgt');
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}
