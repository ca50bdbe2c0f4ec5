/**
 * Effects on the host that belong to no container any more: of a container whose files are lost, or given up with
 * `pouch effects drop`. Only what has a record of Pouch, or an id of a container as its name in a directory of its own,
 * counts.
 */
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Effect } from '../../../hooks/effects.ts';
import { cgroupRoots } from '../../apply/effects/cgroup.ts';
import type { HostEffectRecord } from '../../apply/effects/host/index.ts';
import { Journal } from '../../apply/Journal.ts';
import { Ledger } from '../../apply/Ledger.ts';
import { assumedEffects } from '../damaged/remove.ts';
import { ignoreMissing } from '../../host/ignoreMissing.ts';
import { standardCgroup } from '../../plan/cgroupPath.ts';
import type { EngineContext } from '../shared/engineContext.ts';

export interface Leftover {
  /** Id of the container that had it. */
  container: string;
  key: string;
  effect: Effect;
  reason: 'no container' | 'given up';
}

/** In the order of their undo. */
export async function findLeftovers(engine: EngineContext): Promise<Leftover[]> {
  const namespaces = await leftNamespaces(engine);
  return [...(await leftRecords(engine)), ...namespaces, ...(await leftCgroups(engine))];
}

async function leftRecords(engine: EngineContext): Promise<Leftover[]> {
  const left: Leftover[] = [];
  const all = await engine.hostRecords.all();
  for (const record of all.toSorted((a, b) => b.since.localeCompare(a.since))) {
    const reason = await reasonOf(engine, record);
    if (!reason) continue;
    const { container, key, kind, args } = record;
    left.push({ container, key, effect: { kind, stage: 'start', args }, reason });
  }
  return left;
}

/** Undefined if a container has it, or may have: a damaged one is removed first. */
async function reasonOf(
  { store, effectKinds: kinds }: EngineContext,
  { container, key }: HostEffectRecord,
): Promise<Leftover['reason'] | undefined> {
  if (!store.knows(container)) return 'no container';
  if (!store.has(container) || key in store.get(container).draft.effects) return undefined;
  const journal = new Journal(join(store.directoryOf(container), 'journal.jsonl'));
  const ledger = await Ledger.restore({ container, journal, kinds });
  return key in ledger.effects() ? undefined : 'given up';
}

/** Network namespaces with their networks, user namespaces, mounts with ids of their own. */
async function leftNamespaces(engine: EngineContext): Promise<Leftover[]> {
  const { state } = engine.config;
  type Effects = Record<string, Effect>;
  const of = async (
    directory: string,
    effectsOf: (id: string, path: string) => Effects | Promise<Effects>,
  ) => {
    const left: Leftover[] = [];
    for (const container of await unknownIds(engine, join(state, directory))) {
      const effects = await effectsOf(container, join(state, directory, container));
      for (const [key, effect] of Object.entries(effects))
        left.push({ container, key, effect, reason: 'no container' });
    }
    return left;
  };
  return [
    ...(await of('netns', async (id, path) => ({
      ...(await assumedEffects(engine, id)),
      netns: { kind: 'netns', stage: 'start', args: { path } },
    }))),
    ...(await of('idmapped', (id, directory) => ({
      idmap: {
        kind: 'idmap',
        stage: 'start',
        args: { directory, userns: join(state, 'userns', id), sources: {} },
      },
    }))),
    ...(await of('userns', (_id, path) => ({
      userns: { kind: 'userns', stage: 'start', args: { path, uids: [], gids: [] } },
    }))),
  ];
}

async function leftCgroups(engine: EngineContext): Promise<Leftover[]> {
  const { cgroupParent, runtime } = engine.config;
  const pathOf = (id: string) => standardCgroup(cgroupParent, id, runtime.cgroupDriver);
  const directories = (await cgroupRoots()).map((root) => join(root, dirname(pathOf('x'))));
  const ids = await Promise.all(
    directories.map((one) => unknownIds(engine, one, (id) => basename(pathOf(id)))),
  );
  return [...new Set(ids.flat())].map((id) => ({
    container: id,
    key: 'cgroup',
    effect: { kind: 'cgroup', stage: 'start', args: { path: pathOf(id) } },
    reason: 'no container',
  }));
}

/** Ids of containers in the names of a directory that Pouch does not know. */
async function unknownIds(
  { store }: EngineContext,
  directory: string,
  nameOf = (id: string) => id,
): Promise<string[]> {
  const names = (await readdir(directory).catch(ignoreMissing)) ?? [];
  return names.flatMap((name) => {
    const id = /[0-9a-f]{64}/.exec(name)?.[0];
    return id !== undefined && name === nameOf(id) && !store.knows(id) ? [id] : [];
  });
}
