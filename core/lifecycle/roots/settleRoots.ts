/**
 * The record names the root file system of a container, those of its snapshots, and the one to roll back to. A verb
 * that changes them ends with its save; this does the rest, after a failure or a crash too.
 */
import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { Effect } from '../../../hooks/effects.ts';
import { effectsOf } from '../../apply/effectsOf.ts';
import type { Ledger } from '../../apply/Ledger.ts';
import {
  isRootEffect,
  otherRootEffects,
  rootEffectKey,
  rootKeyOf,
  rootNumber,
} from '../../contract/rootKey.ts';
import { updateSpec, writeNewSpec, writePlan } from '../../state/planFiles.ts';
import { keepRootStates, readRootState, type RootState } from '../../state/rootStates.ts';
import { type EngineContext, withLedger } from '../shared/engineContext.ts';
import { detachIdle } from './detachIdle.ts';

/** One that was cut off: finishes it or takes it back, as the record says. */
export async function settleCutOff(engine: EngineContext, record: ContainerRecord): Promise<void> {
  await withLedger(engine, record.id, async (ledger) => {
    if (ledger.interrupted === 'snapshot' || ledger.interrupted === 'upgrade')
      await settleRoots(engine, record, ledger);
  });
}

/** May be repeated at any point. Ends the verb of the ledger. */
export async function settleRoots(
  engine: EngineContext,
  record: ContainerRecord,
  ledger: Ledger,
): Promise<void> {
  const state = await readRootState(record, rootNumber(rootKeyOf(record)));
  if (state) await writeFiles(engine, record, state);
  await book(record, ledger);
  const wanted = wantedEffects(record);
  if (ledger.interrupted === 'upgrade') await changeEffects(engine, ledger, wanted);
  for (const key of ledger.pending('create').filter(isRootEffect))
    if (!(key in wanted)) await ledger.revert(key);
  await detachIdle(engine, record);
  await keepRootStates(record, record.rollback ? [rootNumber(record.rollback.root)] : []);
  // The save of the record was the commit, and this may be repeated.
  await ledger.commit({ durable: false });
}

/** plan.json, spec.json and the container's own files. */
async function writeFiles(
  engine: EngineContext,
  record: ContainerRecord,
  { plan }: RootState,
): Promise<void> {
  await writePlan(record, plan);
  await writeNewSpec(record, plan.spec);
  await updateSpec(record);
  const context = { container: record.id, key: 'files', resultOf: () => undefined, signal: engine.shutdown };
  await engine.effectKinds.toApply('files')?.apply({}, context);
}

/** In the ledger each root file system has the key that it has by the record, in one step. */
async function book({ draft, ...rest }: ContainerRecord, ledger: Ledger): Promise<void> {
  const record = { draft, ...rest };
  const snapshot = draft.effects['snapshot'];
  if (!snapshot) return;
  const current = rootKeyOf(record);
  const before = ledger.effects()['snapshot']?.args['key'];
  const earlier: Record<string, Effect> =
    typeof before === 'string' && before !== current
      ? { [rootEffectKey(before)]: { kind: 'root', stage: 'create', args: { key: before } } }
      : {};
  const others = Object.entries(otherRootEffects(record)).filter(
    ([key, effect]) => !isBooked(ledger, key, effect),
  );
  const effects = { ...earlier, ...Object.fromEntries(others), snapshot };
  await ledger.rebook(effects, [rootEffectKey(current)]);
}

/** How it was made does not matter to its undo, and a new journal takes longer than a snapshot of little. */
function isBooked(ledger: Ledger, key: string, { kind, args }: Effect): boolean {
  const found = ledger.has(key) ? ledger.effects()[key] : undefined;
  return found?.kind === kind && found.args['key'] === args['key'];
}

function wantedEffects(record: ContainerRecord): Record<string, Effect> {
  return { ...effectsOf(record, 'create'), ...otherRootEffects(record) };
}

/** Effects of the create that the record has anew, and no longer has. */
async function changeEffects(
  engine: EngineContext,
  ledger: Ledger,
  wanted: Record<string, Effect>,
): Promise<void> {
  const gone = ledger.pending('create').filter((key) => !(key in wanted) && isPlanned(ledger, key));
  for (const key of gone) await ledger.revert(key);
  const fresh = Object.entries(wanted).filter(([key]) => !ledger.has(key));
  await ledger.apply(Object.fromEntries(fresh), engine.shutdown);
}

/** Those of root file systems follow, and checkpoints stay. */
function isPlanned(ledger: Ledger, key: string): boolean {
  return !isRootEffect(key) && ledger.effects()[key]?.kind !== 'checkpoint';
}
