import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { PlanChange, ReconcileOptions, Reconciliation } from '../../../hooks/engine.ts';
import type { Degradation } from '../../../hooks/plan.ts';
import type { PlannedCreate } from '../../plan/Planner.ts';
import { withProfiles } from '../../plan/profiles/chosenProfiles.ts';
import { type Generation, isWithin } from '../../plugins/index.ts';
import { isUp } from '../../state/status.ts';
import { changesOf } from '../reconcile/changesOf.ts';
import { checkChangeable, checkNoneIsLost, checkState } from '../reconcile/checkPlan.ts';
import { withNewPlan } from '../reconcile/planAgain.ts';
import { planHooks } from '../reconcile/planHooks.ts';
import { replacePlan, settleReconcile } from '../reconcile/replacePlan.ts';
import { emitContainer, type EngineContext, underLock } from '../shared/engineContext.ts';
import { shownChanges } from '../shared/shownChanges.ts';
import { refuseWithGuests } from '../vm/placeInVm.ts';
import { planStop, stopDraft } from './planStop.ts';
import { startLocked } from './start.ts';
import { stopLocked } from './stop.ts';
import { applyLive } from './update.ts';

/** What a reconcile knows once it has planned. */
interface Planned {
  readonly planned: PlannedCreate;
  readonly changes: readonly PlanChange[];
  /** The marks of the container with the new plan. */
  readonly degraded: Degradation[];
}

/** Plans a container again and applies what the new plan changes. One that lacks no plugin stays, unless `always`. */
export async function reconcile(
  engine: EngineContext,
  record: ContainerRecord,
  options: ReconcileOptions,
): Promise<Reconciliation> {
  return await underLock(engine, record, 'reconcile', async () => {
    await settleReconcile(engine, record);
    if (!options.always && !record.degraded.some(isOfPlan)) {
      const outcome = record.degraded.length === 0 ? 'sound' : 'missing';
      return report(engine, record, { outcome, degraded: record.degraded });
    }
    checkState(record);
    return await engine.generations.use((generation) =>
      planAndApply(engine, record, withProfiles(generation, options.profiles), options),
    );
  });
}

async function planAndApply(
  engine: EngineContext,
  record: ContainerRecord,
  generation: Generation,
  options: ReconcileOptions,
): Promise<Reconciliation> {
  return await withNewPlan(engine, record, generation, {
    isShown: options.dryRun ?? false,
    use: (planned) => applyPlanned(engine, record, planned, options),
  });
}

async function applyPlanned(
  engine: EngineContext,
  record: ContainerRecord,
  planned: PlannedCreate,
  { dryRun = false, restart = false }: ReconcileOptions,
): Promise<Reconciliation> {
  const others = record.degraded.filter((mark) => !isOfPlan(mark));
  const degraded = [...planned.degraded, ...others];
  const changes = await changesOf(engine, record, planned);
  const made: Planned = { planned, changes, degraded };
  if (dryRun) return report(engine, record, { ...made, outcome: 'planned' });
  const unchanged = unchangedOutcome(record, made);
  if (unchanged) {
    planned.abandon();
    return report(engine, record, { ...made, outcome: unchanged });
  }
  checkNoneIsLost(record, planned);
  checkChangeable(record, changes);
  const needsStop = isUp(record) && changes.some(({ applies }) => applies === 'start');
  if (!isUp(record)) await replacePlan(engine, record, planned, degraded);
  else if (needsStop && restart) await withRestart(engine, record, made);
  else await applyNow(engine, record, made, { isWhole: !needsStop });
  const isWhole = !needsStop || restart;
  emitContainer(engine, 'reconcile', record);
  return report(engine, record, {
    changes,
    outcome: isWhole ? 'applied' : 'partly',
    degraded: record.degraded,
    restarted: needsStop && restart,
  });
}

function isOfPlan({ hook }: Degradation): boolean {
  return planHooks.includes(hook);
}

/** Changes of a container that runs: what the engine looks at, and limits. Committed like an update. */
async function applyNow(
  engine: EngineContext,
  record: ContainerRecord,
  { planned, changes, degraded }: Planned,
  { isWhole }: { isWhole: boolean },
): Promise<void> {
  const { draft, blame } = planned;
  const live = changes.filter(({ applies }) => applies === 'now').map(({ field }) => field);
  const has = (part: string) => live.some((field) => isWithin(field, part));
  const { labels, stop, resources, restart } = record.draft;
  await applyLive(engine, record, {
    resources: has('resources') ? draft.resources : resources,
    restart: has('restart') ? draft.restart : restart,
    more: { labels: has('labels') ? draft.labels : labels, stop: has('stop') ? draft.stop : stop },
    blame: blame.filter(({ field }) => live.some((one) => isWithin(one, field) || isWithin(field, one))),
    degraded: isWhole ? degraded : record.degraded,
    warnings: isWhole ? planned.warnings : record.warnings,
  });
}

/** With the old plan it is started again if the new one cannot take its place. */
async function withRestart(
  engine: EngineContext,
  record: ContainerRecord,
  { planned, degraded }: Planned,
): Promise<void> {
  refuseWithGuests(engine, record);
  engine.restarts.cancel(record.id);
  await stopLocked(engine, record, await planStop(engine, stopDraft(record, 'restart', {})));
  await engine.operations.uncancelled(async () => {
    try {
      await replacePlan(engine, record, planned, degraded);
    } finally {
      await startLocked(engine, record);
    }
  });
  emitContainer(engine, 'restart', record);
}

/** No plugin that it lacked is back, or it lacks none and has what is planned; undefined if it is to be changed. */
function unchangedOutcome(
  record: ContainerRecord,
  { planned, changes }: Planned,
): Reconciliation['outcome'] | undefined {
  const missed = record.degraded.filter(isOfPlan);
  if (missed.length === 0) return changes.length > 0 ? undefined : 'sound';
  const isWithout = missed.every((mark) => planned.degraded.some((now) => isSame(now, mark)));
  return isWithout ? 'missing' : undefined;
}

function isSame(a: Degradation, b: Degradation): boolean {
  return a.plugin === b.plugin && a.hook === b.hook;
}

function report(
  { secrets }: EngineContext,
  { id, name, draft }: ContainerRecord,
  found: Pick<Reconciliation, 'outcome' | 'degraded'> & Partial<Reconciliation>,
): Reconciliation {
  const { changes = [], outcome, degraded, restarted = false } = found;
  return {
    container: id,
    name,
    outcome,
    changes: shownChanges(secrets, changes, draft),
    degraded: secrets.data([...degraded]),
    restarted,
  };
}
