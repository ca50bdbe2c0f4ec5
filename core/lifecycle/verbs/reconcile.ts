import { catalogue } from '../../../hooks/catalogue.ts';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { PlanChange, ReconcileOptions, Reconciliation } from '../../../hooks/engine.ts';
import { hasCode, PouchError } from '../../../hooks/errors.ts';
import type { Degradation } from '../../../hooks/plan.ts';
import { draftDifferences } from '../../plan/draftDifferences.ts';
import type { PlannedCreate } from '../../plan/Planner.ts';
import { type Generation, isWithin } from '../../plugins/index.ts';
import { isUp } from '../../state/status.ts';
import { withNewPlan } from '../reconcile/planAgain.ts';
import { replacePlan, settleReconcile } from '../reconcile/replacePlan.ts';
import { emitContainer, type EngineContext, underLock } from '../shared/engineContext.ts';
import { shownChanges } from '../shared/shownChanges.ts';
import { requireOf } from '../task/requireFeature.ts';
import { refuseWithGuests } from '../vm/placeInVm.ts';
import { planStop, stopDraft } from './planStop.ts';
import { startLocked } from './start.ts';
import { stopLocked } from './stop.ts';
import { applyLive } from './update.ts';

/** The hooks of a plan: their marks are those that a new plan replaces. */
const planHooks: readonly string[] = [
  catalogue.image.resolve,
  catalogue.container.preCreate,
  catalogue.container.selectRuntime,
  catalogue.network.preAttach,
  catalogue.container.spec,
].map(({ name }) => name);

/** What a reconcile knows once it has planned. */
interface Planned {
  readonly planned: PlannedCreate;
  readonly changes: readonly PlanChange[];
  /** The marks of the container with the new plan. */
  readonly degraded: Degradation[];
}

/** Plans a container again that was planned without a plugin, and applies what the new plan changes. */
export async function reconcile(
  engine: EngineContext,
  record: ContainerRecord,
  options: ReconcileOptions,
): Promise<Reconciliation> {
  return await underLock(engine, record, 'reconcile', async () => {
    await settleReconcile(engine, record);
    if (!record.degraded.some(isOfPlan)) {
      const outcome = record.degraded.length === 0 ? 'sound' : 'missing';
      return report(engine, record, { outcome, degraded: record.degraded });
    }
    checkState(record);
    return await engine.generations.use((generation) => planAndApply(engine, record, generation, options));
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
  const changes = await whenLimitsAreLive(
    engine,
    record,
    draftDifferences(record.draft, planned.draft, planned.blame),
  );
  const made: Planned = { planned, changes, degraded };
  if (dryRun) return report(engine, record, { ...made, outcome: 'planned' });
  if (isStillWithout(record, planned)) {
    planned.abandon();
    return report(engine, record, { ...made, outcome: 'missing' });
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

/** Limits that the runtime of a container which runs cannot change. */
async function whenLimitsAreLive(
  engine: EngineContext,
  record: ContainerRecord,
  changes: readonly PlanChange[],
): Promise<readonly PlanChange[]> {
  const isLimit = ({ field }: PlanChange) => isWithin(field, 'resources');
  if (!isUp(record) || !changes.some(isLimit)) return changes;
  const cannot = await requireOf(engine, record, 'liveUpdate').then(
    () => false,
    (error: unknown) => {
      if (hasCode(error, 'PCH_RUNTIME_CANNOT')) return true;
      throw error;
    },
  );
  return cannot
    ? changes.map((change) => (isLimit(change) ? { ...change, applies: 'start' } : change))
    : changes;
}

/** No plugin that it lacked is back. */
function isStillWithout({ degraded }: ContainerRecord, planned: PlannedCreate): boolean {
  return degraded.filter(isOfPlan).every((mark) => planned.degraded.some((now) => isSame(now, mark)));
}

function isSame(a: Degradation, b: Degradation): boolean {
  return a.plugin === b.plugin && a.hook === b.hook;
}

/** What another plugin has planned must not get lost because that one is missing now. */
function checkNoneIsLost(record: ContainerRecord, planned: PlannedCreate): void {
  const lost = planned.degraded.find((now) => record.degraded.every((mark) => mark.plugin !== now.plugin));
  if (!lost) return;
  throw refused(
    record,
    `it would be planned without plugin ${lost.plugin}, which has planned it before: ${lost.message}`,
    `fix plugin ${lost.plugin}, then reconcile again`,
  );
}

/** @throws PCH_RECONCILE_REFUSED with the fields that only a new container can have */
function checkChangeable(record: ContainerRecord, changes: readonly PlanChange[]): void {
  const fixed = changes.filter(({ applies }) => applies === 'recreate').map(({ field }) => field);
  if (fixed.length === 0) return;
  const names = fixed.slice(0, 5).join(', ') + (fixed.length > 5 ? ` and ${fixed.length - 5} more` : '');
  throw refused(
    record,
    `only a new container can have the planned ${names}`,
    'remove it and create it again; its named volumes stay',
  );
}

function checkState(record: ContainerRecord): void {
  const { status } = record.state;
  if (status === 'removing' || status === 'dead' || status === 'restarting')
    throw refused(
      record,
      `it is ${status}`,
      status === 'restarting' ? 'try again once it runs, or stop it' : 'remove it',
    );
}

function refused({ id, name }: ContainerRecord, why: string, hint: string): PouchError {
  return new PouchError('PCH_RECONCILE_REFUSED', `${name} cannot be reconciled: ${why}`, {
    container: id,
    hint,
  });
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
