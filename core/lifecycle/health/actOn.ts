/** What follows when a container has become unhealthy. */
import { asCaller } from '../../../hooks/caller.ts';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { hasCode, messageOf } from '../../../hooks/errors.ts';
import type { HealthAction, Healthcheck } from '../../../hooks/healthcheck.ts';
import { isProcessGone } from '../../containerd/index.ts';
import { sigkill } from '../../contract/signals.ts';
import { isUp } from '../../state/status.ts';
import { emitContainer, type EngineContext, underLock } from '../shared/engineContext.ts';
import { keepRecord } from '../shared/keepRecord.ts';
import { planStop, stopDraft } from '../verbs/planStop.ts';
import { stopLocked } from '../verbs/stop.ts';
import { refuseWithGuests } from '../vm/placeInVm.ts';

type Action = Exclude<HealthAction, 'none'>;

/** Does what its health check says, once the verbs of the container that run have ended. Never throws. */
export function actOn(
  engine: EngineContext,
  record: ContainerRecord,
  { check: { onFailure = 'none' }, startedAt }: { check: Healthcheck; startedAt: string },
): void {
  if (onFailure === 'none') return;
  const isSameRun = () => isUp(record) && record.state.startedAt === startedAt;
  // It is not an action of the user who has started the container.
  const byItself = <Result>(run: () => Result) => asCaller(() => ({ transport: 'pouchd' }), run);
  const acted = engine.operations.apart(() =>
    byItself(() =>
      underLock(engine, record, onFailure, async () => {
        // A user may have ended it, or it is well again.
        if (isSameRun() && record.state.health?.status === 'unhealthy') await act(engine, record, onFailure);
      }),
    ),
  );
  acted.catch((error: unknown) => {
    if (hasCode(error, 'PCH_CONTAINER_NOT_FOUND') || engine.shutdown.aborted) return;
    const what = { container: record.id, action: onFailure, error: messageOf(error) };
    engine.log.error('an unhealthy container stays as it is', what);
  });
}

async function act(engine: EngineContext, record: ContainerRecord, name: Action): Promise<void> {
  refuseWithGuests(engine, record);
  engine.log.warn('a container is unhealthy', { container: record.id, action: name });
  record.state.health = { ...record.state.health!, action: { name, at: new Date().toISOString() } };
  // As one that its user stops, it stays stopped. After a restart, `wantsRestart` looks at the action.
  if (name === 'stop') record.stoppedByUser = true;
  await keepRecord(engine, record);
  if (name === 'kill') return await kill(engine, record);
  const verb = name === 'restart' ? 'restart' : 'stop';
  await stopLocked(engine, record, await planStop(engine, stopDraft(record, verb, {})));
  await keepRecord(engine, record);
  if (name === 'stop') emitContainer(engine, 'stop', record);
}

/** Its restart policy decides what follows. */
async function kill(engine: EngineContext, record: ContainerRecord): Promise<void> {
  emitContainer(engine, 'kill', record, { signal: String(sigkill) });
  await engine.client.tasks.kill(record.id, sigkill).catch((error: unknown) => {
    if (!isProcessGone(error)) throw error;
  });
}
