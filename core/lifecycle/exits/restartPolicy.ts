import { catalogue } from '../../../hooks/catalogue.ts';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { messageOf } from '../../../hooks/errors.ts';
import type { RestartDraft } from '../../../hooks/points/container.ts';
import { linkedAbort } from '../../wait/linkedAbort.ts';
import { pause } from '../../wait/pause.ts';
import { noteOutcome } from '../shared/noteOutcome.ts';
import { asOperation, type EngineContext } from '../shared/engineContext.ts';
import { startLocked } from '../verbs/start.ts';

/** Docker's figures: the delay doubles from 100 ms to a minute, and begins anew after ten seconds of running. */
const firstDelayMs = 100;
const longestDelayMs = 60_000;
const healthyAfterMs = 10_000;

/** Milliseconds after which containers that come later do not wait any longer for one that boots. */
const longestBootMs = 60_000;

/** Whether a container that has ended by itself is to be started again. */
export function wantsRestart({ draft, state, restartCount, stoppedByUser }: ContainerRecord): boolean {
  if (stoppedByUser) return false;
  if (state.ending === 'reboot') return true;
  if (isUnhealthyRestart(state)) return true;
  if (state.ending === 'poweroff') return draft.rich.restartAfterPoweroff === true;
  const { name, maximumRetryCount } = draft.restart;
  if (name === 'always' || name === 'unless-stopped') return true;
  if (name !== 'on-failure' || state.exitCode === 0) return false;
  return maximumRetryCount === 0 || restartCount < maximumRetryCount;
}

/** Its health check has ended this run, to have another one. */
function isUnhealthyRestart({ health, startedAt }: ContainerRecord['state']): boolean {
  const { name, at = '' } = health?.action ?? {};
  return name === 'restart' && Date.parse(at) >= Date.parse(startedAt);
}

/**
 * Schedules the restart that the policy, or a tap of container.restart, decides on. The caller holds the container's
 * lock.
 */
export async function restartAfterExit(engine: EngineContext, record: ContainerRecord): Promise<void> {
  await schedule(engine, record);
  if (record.state.status !== 'restarting') engine.bootOrder.settled(record.id);
}

async function schedule(engine: EngineContext, record: ContainerRecord): Promise<void> {
  if (engine.shutdown.aborted || record.stoppedByUser || record.draft.autoRemove) return;
  const { restart, delayMs } = await decide(engine, record);
  if (restart && !engine.shutdown.aborted) {
    record.state.status = 'restarting';
    engine.restarts.schedule(record.id, delayMs, () => void restartNow(engine, record));
  } else if (record.state.status === 'restarting') record.state.status = 'exited';
}

async function decide(
  { generations, log }: EngineContext,
  container: ContainerRecord,
): Promise<RestartDraft> {
  const restart = wantsRestart(container);
  if (restart && ranWell(container)) container.restartCount = 0;
  const delayMs = Math.min(firstDelayMs * 2 ** container.restartCount, longestDelayMs);
  const draft = { container, restart, delayMs };
  const point = catalogue.container.restart;
  const outcome = await generations.use(({ runner }) => runner.plan(point, draft, { log }));
  noteOutcome(container, point.name, outcome, 'restart.');
  return outcome.draft;
}

async function restartNow(engine: EngineContext, record: ContainerRecord): Promise<void> {
  const fails = (error: unknown) =>
    engine.log.warn('restart by policy failed', { container: record.id, error: messageOf(error) });
  const isOfBoot = engine.bootOrder.has(record.id);
  if (isOfBoot) await turnInBoot(engine, record);
  await asOperation(engine, record.id, 'restart', async () => {
    if (record.state.status !== 'restarting') return;
    record.restartCount += 1;
    await startLocked(engine, record).catch(async (error: unknown) => {
      fails(error);
      await restartAfterExit(engine, record);
    });
  }).catch(fails);
  if (isOfBoot) {
    await untilUp(engine, record);
    engine.bootOrder.settled(record.id);
  }
}

async function turnInBoot({ bootOrder, shutdown }: EngineContext, record: ContainerRecord): Promise<void> {
  await bootOrder.turnOf(record.id, shutdown);
  await pause((record.draft.boot?.delaySeconds ?? 0) * 1000, shutdown);
}

/** A rich container is up when it has booted, another one when its process runs. */
async function untilUp({ waiters, shutdown }: EngineContext, { id, state }: ContainerRecord): Promise<void> {
  if (state.status !== 'running' || state.readiness?.state !== 'starting') return;
  const { controller: over, unlink } = linkedAbort(shutdown);
  const changes = (['ready', 'exit'] as const).map((kind) =>
    waiters.next(kind, id, over.signal).catch(() => undefined),
  );
  await Promise.race([...changes, pause(longestBootMs, over.signal)]);
  over.abort();
  unlink();
}

function ranWell({ state }: ContainerRecord): boolean {
  return Date.parse(state.finishedAt) - Date.parse(state.startedAt) > healthyAfterMs;
}
