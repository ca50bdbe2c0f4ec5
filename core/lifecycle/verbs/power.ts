/** A reboot and a power-off by the container's init, as if they came from inside. */
import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { Ending } from '../../../hooks/draft.ts';
import { isUp, mayRestart } from '../../state/status.ts';
import { initCannot } from '../services/refusals.ts';
import { emitContainer, type EngineContext, underLock } from '../shared/engineContext.ts';
import { keepRecord } from '../shared/keepRecord.ts';
import { notRunning, paused } from '../task/refusals.ts';
import { refuseWithGuests } from '../vm/placeInVm.ts';
import { planStop, stopDraft, type StopPlan } from './planStop.ts';
import { startLocked } from './start.ts';
import { stopLocked } from './stop.ts';

export interface PowerOptions {
  /** Seconds before SIGKILL; by default those of a stop. */
  timeoutSeconds?: number | undefined;
}

/** Reboots a container by its init, and starts it again with all hooks, whatever its restart policy. */
export async function reboot(
  engine: EngineContext,
  record: ContainerRecord,
  options: PowerOptions,
): Promise<void> {
  checkPower(record, 'reboot');
  await underLock(engine, record, 'reboot', async () => {
    await stopLocked(engine, record, await powerPlan(engine, record, 'reboot', options));
    // What it has stopped it starts again.
    await engine.operations.uncancelled(() => startLocked(engine, record));
    emitContainer(engine, 'restart', record);
  });
}

/** Powers a container off by its init: it stays off, whatever its restart policy. */
export async function poweroff(
  engine: EngineContext,
  record: ContainerRecord,
  options: PowerOptions,
): Promise<void> {
  checkPower(record, 'poweroff');
  await underLock(engine, record, 'poweroff', async () => {
    const how = await powerPlan(engine, record, 'poweroff', options);
    const { stoppedByUser } = record;
    record.stoppedByUser = true;
    if (mayRestart(record)) await keepRecord(engine, record);
    try {
      await stopLocked(engine, record, how);
    } catch (error) {
      if (isUp(record)) record.stoppedByUser = stoppedByUser;
      throw error;
    } finally {
      await keepRecord(engine, record);
    }
    emitContainer(engine, 'stop', record);
  });
}

/** @throws PCH_INIT_CANNOT, PCH_CONTAINER_NOT_RUNNING, PCH_CONFLICT for a paused container */
function checkPower(record: ContainerRecord, ending: Ending) {
  const orders = record.draft.rich.power;
  const instead = ending === 'reboot' ? 'restart' : 'stop';
  if (!orders)
    throw initCannot(record, `an init that can ${ending === 'reboot' ? 'reboot' : 'power off'}`, {
      hint: `pouch ${instead} ${record.name}`,
    });
  if (record.state.status === 'paused') throw paused(record);
  if (record.state.status !== 'running') throw notRunning(record);
  return orders[ending];
}

/** Its taps may change the signal, where there is one, and the time. */
async function powerPlan(
  engine: EngineContext,
  record: ContainerRecord,
  ending: Ending,
  { timeoutSeconds }: PowerOptions,
): Promise<StopPlan> {
  const order = checkPower(record, ending);
  refuseWithGuests(engine, record);
  const verb = ending === 'reboot' ? 'restart' : 'stop';
  const draft = stopDraft(record, verb, {
    ...('signal' in order && { signal: order.signal }),
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
  });
  const plan = await planStop(engine, draft);
  return { ...plan, ending, ...('args' in order && { args: order.args }) };
}
