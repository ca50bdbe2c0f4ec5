/**
 * Puts a new plan in the place of that of a container. The save of the record commits it: a daemon
 * that is killed before that leaves the old plan, and after that the next one finishes with the new plan.
 */
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { messageOf } from '../../../hooks/errors.ts';
import type { Degradation } from '../../../hooks/plan.ts';
import type { Effect } from '../../../hooks/effects.ts';
import { effectsOf } from '../../apply/effectsOf.ts';
import type { Ledger } from '../../apply/Ledger.ts';
import type { PlannedCreate } from '../../plan/Planner.ts';
import { checkStorable } from '../../state/containerRecord.ts';
import { type NextPlan, readNextPlan, removeNextPlan, writeNextPlan } from '../../state/nextPlan.ts';
import { isUp } from '../../state/status.ts';
import { updateSpec, writeNewSpec, writePlan } from '../../state/planFiles.ts';
import { type EngineContext, withLedger } from '../shared/engineContext.ts';
import { listenOnPorts } from '../shared/publishedPorts.ts';
import { historyOf } from '../shared/historyOf.ts';
import { newRecord } from '../verbs/create.ts';

export interface ReplaceOptions {
  /** Effects by which a container that runs gets what the new plan adds; they are gone with this run. */
  live?: Record<string, Effect>;
  /** Effects of its run that another effect has made: they are undone on their own. */
  booked?: Record<string, Effect>;
  /** What the record has of the results of its run. */
  attachments?(results: Record<string, unknown>): ContainerRecord['attachments'];
  /** Keys of effects of its run that are undone once the new plan holds. */
  gone?: readonly string[];
}

export async function replacePlan(
  engine: EngineContext,
  record: ContainerRecord,
  planned: PlannedCreate,
  degraded: Degradation[],
  { live = {}, booked = {}, gone = [], attachments }: ReplaceOptions = {},
): Promise<void> {
  const next = nextRecord(engine, record, planned, degraded);
  checkStorable(next);
  const { draft: _draft, request: _request, abandon: _abandon, ...plan } = planned;
  const [old, fresh] = [effectsOf(record, 'create'), effectsOf(next, 'create')];
  const added = [...Object.keys(fresh).filter((key) => !old[key]), ...Object.keys(live)];
  const removed = [...Object.keys(old).filter((key) => !fresh[key]), ...gone];
  await withLedger(engine, record.id, async (ledger) => {
    await ledger.begin('reconcile');
    try {
      await ledger.rebook(without(booked, ledger), []);
      await writeNextPlan(record, { reconciledAt: next.reconciledAt!, plan, added, removed });
      const effects = Object.fromEntries(added.map((key) => [key, fresh[key] ?? live[key]!]));
      await ledger.apply(effects, engine.shutdown);
      if (attachments) next.attachments = attachments(ledger.results());
      if (attachments) await listenOnPorts(engine, next);
      await engine.store.save(next);
    } catch (error) {
      if (attachments) await listenOnPorts(engine, record).catch(() => undefined);
      await settled(engine, record, ledger).catch((failure: unknown) =>
        reportUnsettled(engine, record, failure),
      );
      throw error;
    }
    delete record.updates;
    Object.assign(record, next);
    await settled(engine, record, ledger);
  });
}

function without(effects: Record<string, Effect>, ledger: Ledger): Record<string, Effect> {
  return Object.fromEntries(Object.entries(effects).filter(([key]) => !ledger.has(key)));
}

/** One that was cut off or has failed: finishes it or takes it back, as the record says. */
export async function settleReconcile(engine: EngineContext, record: ContainerRecord): Promise<void> {
  await withLedger(engine, record.id, async (ledger) => {
    if (ledger.interrupted === 'reconcile') await settled(engine, record, ledger);
  });
}

function nextRecord(
  engine: EngineContext,
  record: ContainerRecord,
  planned: PlannedCreate,
  degraded: Degradation[],
): ContainerRecord {
  return {
    ...newRecord(engine, planned),
    ...historyOf(record),
    restartCount: record.restartCount,
    degraded,
    reconciledAt: new Date().toISOString(),
  };
}

/** May be repeated at any point. */
async function settled(engine: EngineContext, record: ContainerRecord, ledger: Ledger): Promise<void> {
  const next = await readNextPlan(record);
  if (next) {
    const isNew = next.reconciledAt === record.reconciledAt;
    if (isNew) await writeFiles(engine, record, next);
    for (const key of (isNew ? next.removed : next.added).toReversed()) await ledger.revert(key);
    await removeNextPlan(record);
  }
  await ledger.commit();
}

/** plan.json, spec.json and the container's own files, as the record has them. */
async function writeFiles(engine: EngineContext, record: ContainerRecord, { plan }: NextPlan): Promise<void> {
  await writePlan(record, plan);
  await writeNewSpec(record, plan.spec);
  await updateSpec(record);
  // Those of a container that runs are in use, and hold what its start has added.
  if (isUp(record)) return;
  const context = { container: record.id, key: 'files', resultOf: () => undefined, signal: engine.shutdown };
  await engine.effectKinds.toApply('files')?.apply({}, context);
}

function reportUnsettled({ log }: EngineContext, { id }: ContainerRecord, error: unknown): void {
  // It stays on the books: the next reconcile, or the next start of the daemon, comes back to it.
  log.error('a reconcile was not taken back', { container: id, error: messageOf(error) });
}
