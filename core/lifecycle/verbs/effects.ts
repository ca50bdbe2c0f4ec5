/** The effects of one container, and giving one up that cannot be undone. */
import { join } from 'node:path';
import type { ContainerEffect, ContainerRecord } from '../../../hooks/engine.ts';
import type { Effect } from '../../../hooks/effects.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { HostEffectArgs } from '../../../hooks/hostEffects.ts';
import { coreKindNames } from '../../apply/effects/index.ts';
import { Journal } from '../../apply/Journal.ts';
import { Ledger } from '../../apply/Ledger.ts';
import { sentenceOf } from '../../contract/ownedEffectKind.ts';
import { readPlan } from '../../state/planFiles.ts';
import { authorOf } from '../shared/effectAuthor.ts';
import { type EngineContext, underLock, withLedger } from '../shared/engineContext.ts';

const processKind = 'host.process';

/** Reads the journal without a lock: it does not wait for an operation that hangs. */
export async function effects(engine: EngineContext, record: ContainerRecord): Promise<ContainerEffect[]> {
  const journal = new Journal(join(record.paths.directory, 'journal.jsonl'));
  const ledger = await Ledger.restore({ container: record.id, journal, kinds: engine.effectKinds });
  return await described(engine, record, ledger);
}

/**
 * Takes a plugin's effect off the books and out of the container's plan: Pouch neither undoes nor applies it again, and
 * what it has done stays on the host.
 * @throws PCH_EFFECT_NOT_FOUND; PCH_NOT_SUPPORTED for an effect of the core
 */
export async function dropEffect(
  engine: EngineContext,
  record: ContainerRecord,
  key: string,
): Promise<ContainerEffect> {
  return await underLock(engine, record, 'drop an effect', () =>
    withLedger(engine, record.id, async (ledger) => {
      const all = await described(engine, record, ledger);
      const dropped = all.find((effect) => effect.key === key);
      if (!dropped) throw notFound(record, key);
      if (coreKindNames.includes(dropped.kind)) throw ofTheCore(record, dropped);
      // The record first: an effect that it has and the journal lacks counts as damage.
      record.draft.effects = without(record.draft.effects, key);
      await engine.store.save(record);
      const effect = ledger.effects()[key];
      await ledger.release(key);
      if (effect?.kind === processKind)
        engine.hostProcesses.forget(effect.args as HostEffectArgs<typeof processKind>, record.id);
      engine.log.warn('an effect was given up: what it did stays on the host', {
        container: record.id,
        effect: key,
        plugin: dropped.plugin,
        left: dropped.sentence,
      });
      return dropped;
    }),
  );
}

async function described(
  engine: EngineContext,
  { id, draft, paths }: ContainerRecord,
  ledger: Ledger,
): Promise<ContainerEffect[]> {
  const { effectKinds, generations, secrets } = engine;
  const read = await readPlan(paths.directory);
  const plan = read.state === 'sound' ? read.value : { effects: [], blame: [] };
  const applied = ledger.effects();
  const ofPlugins = Object.entries({ ...draft.effects, ...applied }).filter(
    ([, { kind }]) => kind !== 'mark',
  );
  return await Promise.all(
    ofPlugins.map(async ([key, effect]) => {
      const { kind, stage, args } = effect;
      const code = effectKinds.toApply(kind) ?? generations.kindForUndo(kind);
      const isCore = coreKindNames.includes(kind);
      const plugin = isCore ? 'core' : (code?.plugin ?? authorOf(plan.blame, key));
      const planned = plan.effects.find((one) => one.key === key);
      const status = key in applied ? statusOf(engine, id, effect) : undefined;
      return {
        key,
        kind,
        stage,
        state: ledger.has(key) ? 'applied' : key in applied ? 'unfinished' : 'planned',
        ...(plugin !== undefined && { plugin }),
        ...(status !== undefined && { status }),
        sentence: secrets.text(code ? await sentenceOf(code, args) : (planned?.sentence ?? kind)),
      } as const;
    }),
  );
}

/** What the process of an effect does now: `running (pid 12)`. */
function statusOf(
  { hostProcesses }: EngineContext,
  container: string,
  { kind, args }: Effect,
): string | undefined {
  if (kind !== processKind) return undefined;
  const found = hostProcesses.statusOf(container, args as HostEffectArgs<typeof processKind>);
  if (!found) return undefined;
  const { phase, pid, restarts, end } = found;
  const again = restarts === 0 ? '' : `, restarts: ${restarts}`;
  const last = end === undefined ? '' : ` (${end})`;
  if (phase === 'ended') return `ended${end === undefined ? ' (exit code unknown)' : last}${again}`;
  if (phase === 'waiting') return `ended${last}, is started again${again}`;
  return `${phase}${pid === undefined ? '' : ` (pid ${pid})`}${again}`;
}

function without(effects: Record<string, Effect>, dropped: string): Record<string, Effect> {
  const others = Object.entries(effects).filter(([key]) => key !== dropped);
  return Object.fromEntries(
    others.map(([key, { needs, ...effect }]) => [
      key,
      { ...effect, ...(needs && { needs: needs.filter((need) => need !== dropped) }) },
    ]),
  );
}

/** The error for a key that a container does not have. */
export function notFound({ id, name }: ContainerRecord, key: string): PouchError {
  return new PouchError('PCH_EFFECT_NOT_FOUND', `${name} has no effect ${key}`, {
    container: id,
    hint: `pouch effects ls ${name}`,
  });
}

function ofTheCore({ id, name }: ContainerRecord, { key }: ContainerEffect): PouchError {
  return new PouchError('PCH_NOT_SUPPORTED', `the effect ${key} is Pouch's own and cannot be dropped`, {
    container: id,
    hint: `effects of plugins can: pouch effects ls ${name}`,
  });
}
