/** The blame of the steps that are not taps: the defaults, the image, the request, the runtime. */
import type { PouchConfig } from '../../config/types.ts';
import type { ContainerDraft } from '../../hooks/draft.ts';
import type { BlameEntry } from '../../hooks/plan.ts';
import { blameOf } from '../plugins/draft/blameOf.ts';
import { clone } from '../plugins/draft/clone.ts';
import { diff } from '../plugins/draft/diff.ts';

/** Runs one step and returns the blame of its changes. */
export async function blamed(
  draft: object,
  who: string,
  hook: string,
  step: () => void | Promise<void>,
): Promise<BlameEntry[]> {
  const before = clone(draft);
  const started = performance.now();
  await step();
  const ms = performance.now() - started;
  return blameOf(diff(before, draft), { plugin: who, hook }, ms);
}

/** Fields whose first value is a setting of pouchd.yaml. */
const settings: Record<string, { setting: string; value(draft: ContainerDraft): unknown }> = {
  cgroupsPath: { setting: 'cgroupParent', value: (draft) => draft.cgroupsPath },
  'log.options': { setting: 'containerLogs.maxSize', value: (draft) => draft.log.options },
  'mounts["/dev/shm"].options': { setting: 'shmSize', value: (draft) => draft.mounts['/dev/shm']?.options },
  'network.mode': { setting: 'network.default', value: (draft) => draft.network.mode },
  'process.rlimits': { setting: 'defaultUlimits', value: (draft) => draft.process.rlimits },
  'stop.timeoutSeconds': { setting: 'stopTimeout', value: (draft) => draft.stop.timeoutSeconds },
};

/** The blame of the settings of pouchd.yaml for every container; a setting with its default value has no blame. */
export function configBlame(
  draft: ContainerDraft,
  originOf: (setting: string) => string | undefined,
): BlameEntry[] {
  return Object.entries(settings).flatMap(([field, { setting, value }]): BlameEntry[] => {
    const origin = originOf(setting);
    if (origin === undefined) return [];
    return [{ field, plugin: 'core', hook: 'config', action: 'set', after: value(draft), origin, ms: 0 }];
  });
}

/** The settings of {@link configBlame} that pouchd.yaml has, by name, with their values. */
export function ownSettings(
  config: PouchConfig,
  originOf: (setting: string) => string | undefined,
): [setting: string, value: unknown][] {
  const names = [...Object.values(settings).map(({ setting }) => setting), 'containerLogs.maxFile'];
  return names
    .filter((name) => originOf(name) !== undefined)
    .map((name) => [name, name.split('.').reduce(valueOf, config)]);
}

function valueOf(section: unknown, key: string): unknown {
  return (section as Readonly<Record<string, unknown>>)[key];
}
