import type { ContainerRecord } from '../../../hooks/engine.ts';
import { isProcessGone } from '../../containerd/index.ts';
import { happensWithin } from '../../wait/deadline.ts';
import { emitContainer, type EngineContext } from '../shared/engineContext.ts';
import { stuck } from '../exits/killDeadline.ts';
import { thaw } from '../task/onTask.ts';
import { killDeadlineMs, sigkill, signalNumber } from '../../contract/signals.ts';
import { isUp } from '../../state/status.ts';
import { notRunning } from '../task/refusals.ts';

/**
 * Sends a signal to PID 1. Needs no lock: it must get through to a container that hangs in another verb. As in Docker,
 * SIGKILL returns when the container has ended, every other signal at once.
 */
export async function kill(
  engine: EngineContext,
  record: ContainerRecord,
  signal = 'SIGKILL',
): Promise<void> {
  const number = signalNumber(signal);
  if (!isUp(record)) throw notRunning(record);
  if (number !== sigkill) return await send(engine, record, number);
  const sent = new AbortController();
  const exited = engine.waiters.next('exit', record.id, sent.signal);
  try {
    await send(engine, record, number);
    if (!(await happensWithin(exited, killDeadlineMs))) throw stuck(record);
  } finally {
    exited.catch(() => undefined);
    sent.abort();
  }
}

async function send(engine: EngineContext, record: ContainerRecord, number: number): Promise<void> {
  const { stoppedByUser } = record;
  // A client that ends a container does not want its restart policy to start it again.
  if (number === sigkill || number === signalNumber(record.draft.stop.signal)) record.stoppedByUser = true;
  await engine.client.tasks.kill(record.id, number).catch((error: unknown) => {
    if (isProcessGone(error)) throw notRunning(record);
    record.stoppedByUser = stoppedByUser;
    throw error;
  });
  emitContainer(engine, 'kill', record, { signal: String(number) });
  // A frozen process dies when it is resumed.
  if (number === sigkill && record.state.status === 'paused') await thaw(engine, record);
}
