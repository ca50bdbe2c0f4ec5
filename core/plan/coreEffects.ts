/** The effects that every container has. */
import type { ContainerDraft } from '../../hooks/draft.ts';
import type { Effect } from '../../hooks/effects.ts';

export interface EffectFacts {
  directory: string;
  /** STATE/netns/ID, where the container's network namespace is kept open. */
  netnsPath: string;
  containerdType: string;
  stdioLog: string | null;
  /** The runtime looks at the network when it makes the container. */
  networkFirst: boolean;
}

/** Adds the core's effects to those that plugins have put into the draft. */
export function addCoreEffects(draft: ContainerDraft, facts: EffectFacts): void {
  Object.assign(draft.effects, createEffects(draft), startEffects(draft, facts));
}

function createEffects({ id, image }: ContainerDraft): Record<string, Effect> {
  return {
    files: { kind: 'files', stage: 'create', args: {} },
    snapshot: { kind: 'snapshot', stage: 'create', args: { key: id, image: image.reference } },
  };
}

function startEffects(draft: ContainerDraft, facts: EffectFacts): Record<string, Effect> {
  const { id, cgroupsPath } = draft;
  const own: Record<string, Effect> = {
    ...(hasOwnNetns(draft, facts) && {
      netns: { kind: 'netns', stage: 'start' as const, args: { path: facts.netnsPath } },
    }),
    cgroup: { kind: 'cgroup', stage: 'start', args: { path: cgroupsPath } },
    container: { kind: 'container', stage: 'start', args: { id, runtime: facts.containerdType } },
    io: { kind: 'io', stage: 'start', args: { id, log: facts.stdioLog } },
  };
  const planned = { ...draft.effects, ...own };
  return {
    ...own,
    task: { kind: 'task', stage: 'start', args: { id }, needs: beforeTask(planned, facts) },
  };
}

function hasOwnNetns(draft: ContainerDraft, { netnsPath }: EffectFacts): boolean {
  return draft.namespaces.network === netnsPath;
}

/**
 * Networks are attached while the runtime makes the container, unless it is a virtual machine, which gets the interfaces
 * that are there when it boots; all else of a plugin is there before.
 */
function beforeTask(effects: Record<string, Effect>, { networkFirst }: EffectFacts): string[] {
  const start = Object.entries(effects).filter(([, { stage }]) => stage === 'start');
  return start
    .filter(([key, { needs }]) => (networkFirst || !key.startsWith('network.')) && !needs?.includes('task'))
    .map(([key]) => key);
}
