/** The effects that every container has. */
import type { ContainerDraft } from '../../hooks/draft.ts';
import { type CoreEffectKey, isNetworkEffect, isVolumeDriverEffect } from '../../hooks/draftKeys.ts';
import type { Effect } from '../../hooks/effects.ts';
import { hostId } from '../userns/ids.ts';

export interface EffectFacts {
  directory: string;
  /** STATE/netns/ID, where the container's network namespace is kept open. */
  netnsPath: string;
  /** STATE/userns/ID, where its user namespace is. */
  usernsPath: string;
  /** STATE/idmapped/ID, for mounts with its ids. */
  idmapDirectory: string;
  containerdType: string;
  stdioLog: string | null;
  /** Its log driver gets the lines of the log. */
  deliversLog?: boolean;
  /** The runtime looks at the network when it makes the container. */
  networkFirst: boolean;
}

/** No tap can have set one of these keys. */
type CoreEffects = { [Key in CoreEffectKey]?: Effect };

/** Adds the core's effects to those that plugins have put into the draft. */
export function addCoreEffects(draft: ContainerDraft, facts: EffectFacts): void {
  Object.assign(draft.effects, createEffects(draft), startEffects(draft, facts));
}

function createEffects({ id, image, diskQuota: quota }: ContainerDraft): CoreEffects {
  return {
    files: { kind: 'files', stage: 'create', args: {} },
    snapshot: {
      kind: 'snapshot',
      stage: 'create',
      args: { key: id, image: image.reference, ...(quota !== undefined && { quota }) },
    },
  };
}

function startEffects(draft: ContainerDraft, facts: EffectFacts): CoreEffects {
  const { id, cgroupsPath } = draft;
  const own: CoreEffects = {
    ...(hasOwnNetns(draft, facts) && {
      netns: netnsEffect(draft, facts),
    }),
    // A run applies both stages at once.
    ...(draft.diskQuota !== undefined && {
      disk: { kind: 'disk', stage: 'start' as const, args: {}, needs: ['snapshot'] },
    }),
    ...(hasOwnUserns(draft, facts) && usernsEffects(draft, facts)),
    cgroup: { kind: 'cgroup', stage: 'start', args: { path: cgroupsPath } },
    container: {
      kind: 'container',
      stage: 'start',
      args: { id, runtime: facts.containerdType },
      // Its spec has the mapped sources, also those of mounts that are added later.
      ...(hasOwnUserns(draft, facts) && { needs: ['idmap'] }),
    },
    io: {
      kind: 'io',
      stage: 'start',
      args: { id, log: facts.stdioLog, ...(facts.deliversLog && { delivers: true }) },
    },
  };
  const planned = { ...draft.effects, ...own };
  return {
    ...own,
    task: { kind: 'task', stage: 'start', args: { id }, needs: beforeTask(planned, facts) },
  };
}

function netnsEffect(draft: ContainerDraft, facts: EffectFacts): Effect {
  const { netnsPath: path, usernsPath: userns } = facts;
  if (!hasOwnUserns(draft, facts)) return { kind: 'netns', stage: 'start', args: { path } };
  return { kind: 'netns', stage: 'start', args: { path, userns }, needs: ['userns'] };
}

function usernsEffects(draft: ContainerDraft, facts: EffectFacts): CoreEffects {
  const { uidMappings: uids, gidMappings: gids, cgroupsPath, rich } = draft;
  const { usernsPath: path, idmapDirectory: directory } = facts;
  const owner = {
    path: cgroupsPath,
    ...{ uid: hostId(0, uids), gid: hostId(0, gids) },
    ...(rich.nested && { everywhere: true }),
  };
  return {
    userns: { kind: 'userns', stage: 'start', args: { path, uids, gids } },
    idmap: {
      kind: 'idmap',
      stage: 'start',
      args: { directory, userns: path, sources: mappedSources(draft) },
      // A run applies both stages at once: what is mapped must be there.
      needs: [
        'userns',
        ...(draft.diskQuota === undefined ? [] : ['disk']),
        ...Object.keys(createEffects(draft)),
        ...beforeMapping(draft),
      ],
    },
    ...(rich.enabled && {
      cgroupOwner: { kind: 'cgroup-owner', stage: 'start' as const, args: owner, needs: ['task'] },
    }),
  };
}

/** Files that plugins create, and data that drivers of volumes mount. */
function beforeMapping({ effects }: ContainerDraft): string[] {
  return Object.keys(effects).filter((key) => effects[key]?.stage === 'create' || isVolumeDriverEffect(key));
}

function mappedSources({ mounts }: ContainerDraft): Record<string, string> {
  const mapped = Object.entries(mounts).filter(([, { options }]) => options.includes('idmap'));
  return Object.fromEntries(mapped.map(([destination, { source }]) => [destination, source]));
}

function hasOwnUserns(draft: ContainerDraft, { usernsPath }: EffectFacts): boolean {
  return draft.namespaces.user === usernsPath;
}

function hasOwnNetns(draft: ContainerDraft, { netnsPath }: EffectFacts): boolean {
  return draft.namespaces.network === netnsPath;
}

/**
 * Networks, late effects, and what needs them, are applied while the runtime makes the container. A VM has to have its
 * interfaces when it boots, so there they come before, as a plugin's other effects always do.
 */
function beforeTask(effects: Record<string, Effect>, { networkFirst }: EffectFacts): string[] {
  const start = Object.entries(effects).filter(([, { stage }]) => stage === 'start');
  return start
    .filter(([key, { needs = [] }]) => networkFirst || ![key, ...needs].some((one) => isLate(one, effects)))
    .filter(([key]) => !needsTask(key, effects))
    .map(([key]) => key);
}

function isLate(key: string, effects: Record<string, Effect>): boolean {
  return isNetworkEffect(key) || effects[key]?.late === true;
}

/** Directly, or by another effect; circles are refused later. */
function needsTask(key: string, effects: Record<string, Effect>, seen: readonly string[] = []): boolean {
  const needs = effects[key]?.needs ?? [];
  return (
    needs.includes('task') ||
    needs.some((need) => !seen.includes(need) && needsTask(need, effects, [...seen, key]))
  );
}
