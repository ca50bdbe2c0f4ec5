/** `rm -f` of a damaged container: all that its id, its journal, its plan or the rest of its record says is its own. */
import { mkdir } from 'node:fs/promises';
import { catalogue } from '../../../hooks/catalogue.ts';
import type { Effect } from '../../../hooks/effects.ts';
import type { ContainerRecord, RemoveOptions } from '../../../hooks/engine.ts';
import { bundlesOf } from '../../apply/effects/leftBundle.ts';
import { deleteTask } from '../../apply/effects/task.ts';
import type { Ledger } from '../../apply/Ledger.ts';
import { addCoreEffects } from '../../plan/coreEffects.ts';
import { readPlan } from '../../state/planFiles.ts';
import { withReserve } from '../../state/reserve.ts';
import { unusable } from '../../state/ContainerStore.ts';
import { asOperation, emitContainer, type EngineContext, withLedger } from '../shared/engineContext.ts';
import { undoStartEffects } from '../shared/undoStartEffects.ts';
import { notRunning } from '../task/refusals.ts';
import { ownerOfRoot, rootEffectKey } from '../../contract/rootKey.ts';
import { askTaps } from '../verbs/remove.ts';

/** @throws PCH_CONTAINER_DAMAGED unless forced: what is removed is not known beforehand */
export async function removeDamaged(
  engine: EngineContext,
  record: ContainerRecord,
  { force = false, volumes = false }: RemoveOptions,
): Promise<void> {
  if (!force) throw unusable(record);
  await asOperation(engine, record.id, 'remove', async () => {
    if (!engine.store.knows(record.id)) return;
    await askTaps(engine, record, { force, volumes });
    await withReserve(engine.config.root, () => removeLocked(engine, record, volumes));
  });
}

async function removeLocked(engine: EngineContext, record: ContainerRecord, volumes: boolean): Promise<void> {
  const { id, paths, state } = record;
  await mkdir(paths.directory, { recursive: true, mode: 0o700 });
  await deleteTask(engine.client, id, { bundles: bundlesOf(engine.config) });
  await withLedger(engine, id, async (ledger) => {
    await claim(engine, record, ledger, volumes);
    await ledger.begin('remove');
    await undoStartEffects(engine, record, ledger);
    await ledger.undo('create');
  });
  await engine.store.delete(id);
  engine.attachPoints.gone(id, notRunning(record));
  emitContainer(engine, 'destroy', record);
  engine.waiters.settle('removal', id, { exitCode: state.exitCode });
  await engine.generations.use(async ({ runner }) =>
    runner.observe(catalogue.container.postRemove, { container: record, netns: '' }, { log: engine.log }),
  );
}

/** Puts on the books what the journal does not list. */
async function claim(
  engine: EngineContext,
  record: ContainerRecord,
  ledger: Ledger,
  volumes: boolean,
): Promise<void> {
  const plan = await readPlan(record.paths.directory);
  const planned = plan.state === 'sound' ? plan.value.effects.map(({ key, ...effect }) => [key, effect]) : [];
  const listed: Record<string, Effect> = {
    ...record.draft.effects,
    ...(Object.fromEntries(planned) as Record<string, Effect>),
    ...ledger.effects(),
  };
  const effects = {
    ...byId(engine, record),
    ...(await rootsById(engine, record.id)),
    ...(await assumedEffects(engine, record.id, listed)),
    ...(await recordedEffects(engine, record.id)),
    ...listed,
  };
  const own = Object.entries(effects).filter(
    ([, effect]) => !namesAnother(effect, record.id) && (volumes || effect.kind !== 'volume'),
  );
  for (const [key, { kind }] of Object.entries(ledger.effects()))
    if (kind === 'volume' && !volumes) await ledger.release(key);
  const results = record.attachments;
  await ledger.reclaim(
    Object.fromEntries(own.map(([key, effect]) => [key, { effect, result: results[key], done: true }])),
  );
}

/** Its root file systems that containerd has, also those of snapshots and upgrades. */
async function rootsById({ client }: EngineContext, id: string): Promise<Record<string, Effect>> {
  const keys = (await client.snapshots.list()).map(({ name }) => name);
  const own = keys.filter((key) => ownerOfRoot(key) === id);
  return Object.fromEntries(
    own.map((key) => [rootEffectKey(key), { kind: 'root', stage: 'create', args: { key } }]),
  );
}

/** Whether it names another container: garbled files are not to be believed. */
function namesAnother({ args }: Effect, id: string): boolean {
  return ['id', 'key', 'container'].some((field) => field in args && ownerIn(args[field]) !== id);
}

function ownerIn(value: unknown): unknown {
  return typeof value === 'string' ? (ownerOfRoot(value) ?? value) : value;
}

/** Effects of the host, whose records are not in the container's directory. */
async function recordedEffects({ hostRecords }: EngineContext, id: string): Promise<Record<string, Effect>> {
  const own = (await hostRecords.all()).filter(({ container }) => container === id);
  return Object.fromEntries(own.map(({ key, kind, args }) => [key, { kind, stage: 'start', args }]));
}

/** What plugins may have made, where nothing says what they have. */
export async function assumedEffects(
  { config, generations }: EngineContext,
  id: string,
  listed: Record<string, Effect> = {},
): Promise<Record<string, Effect>> {
  const known = new Set(Object.values(listed).map(({ kind }) => kind));
  const effects: Record<string, Effect> = {};
  for (const { kind, assume } of generations.current.effectKinds.values()) {
    if (known.has(kind) || !assume) continue;
    const args = await assume({ id, netns: `${config.state}/netns/${id}` });
    effects[`assumed.${kind}`] = { kind, stage: 'start', args, needs: ['netns'] };
  }
  return effects;
}

/** The effects that every container has; undoing one that was never applied does nothing. */
function byId({ config, store }: EngineContext, { id, draft }: ContainerRecord): Record<string, Effect> {
  const [netnsPath, usernsPath, idmapDirectory] = ['netns', 'userns', 'idmapped'].map(
    (directory) => `${config.state}/${directory}/${id}`,
  ) as [string, string, string];
  const namespaces = { ...draft.namespaces, network: netnsPath, user: usernsPath };
  const all = { ...draft, namespaces, effects: {} };
  addCoreEffects(all, {
    directory: store.directoryOf(id),
    netnsPath,
    usernsPath,
    idmapDirectory,
    containerdType: '',
    stdioLog: null,
    networkFirst: false,
  });
  return all.effects;
}
