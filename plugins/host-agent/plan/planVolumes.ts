import type { Volume } from '../../../hooks/index.ts';
import type { AgentChange } from '../../../client/wire.ts';
import type { DeclaredHost, DeclaredVolume } from '../declare/declared.ts';
import { labels, usersLabels } from '../labels.ts';
import { changesOf } from './changesOf.ts';
import type { HostState } from './hostState.ts';
import type { VolumeStep } from './step.ts';

/** Volumes are created; one that exists is never replaced, as it has data: its labels can change. */
export function planVolumes({ volumes: declared }: DeclaredHost, { volumes }: HostState): VolumeStep[] {
  const steps = [...declared.values()].flatMap((one): VolumeStep[] => {
    const { name } = one;
    const found = volumes.find((volume) => volume.name === name);
    if (!found) return [{ kind: 'volume', name, action: 'create', changes: [], declared: one }];
    const changes = changesTo(one, found);
    const live = changes.filter(({ Applies }) => Applies === 'now');
    if (isOurs(found) && live.length > 0)
      return [{ kind: 'volume', name, action: 'change', changes: live, declared: one }];
    if (changes.length === 0) return [];
    return [{ kind: 'volume', name, action: 'recreate', changes, declared: one, held }];
  });
  const gone = volumes.filter((volume) => isOurs(volume) && !declared.has(volume.name));
  const removed = gone.filter((volume) => volume.labels[labels.onRemove] === 'remove');
  return [
    ...steps,
    ...removed.map(({ name }) => ({ kind: 'volume', name, action: 'remove', changes: [] }) as const),
  ];
}

function changesTo(declared: DeclaredVolume, found: Volume): AgentChange[] {
  const { volume, onRemove, origin, originOf } = declared;
  const changes = changesOf(shapeOf(found), shapeOf(volume), {
    applies: ({ path: [field] }) => (field === 'labels' && isOurs(found) ? 'now' : 'recreate'),
    originOf,
    optionOf: ({ path: [field = '', ...rest] }) => [optionOf[field] ?? field, ...rest],
  });
  const before = found.labels[labels.onRemove];
  if (!isOurs(found) || before === onRemove) return changes;
  const Origin = originOf('onRemove') ?? origin;
  const change = { Field: 'onRemove', From: before, To: onRemove, Applies: 'now' } as const;
  return [...changes, { ...change, ...(Origin !== undefined && { Origin }) }];
}

const held = 'a volume keeps its driver and options: copy its data, remove it, and apply again';

function isOurs(volume: Volume): boolean {
  return volume.labels[labels.declared] === volume.name;
}

function shapeOf({ driver = 'local', options = {}, labels: all = {} }: Partial<Volume>) {
  return { driver, options, labels: usersLabels(all) };
}

const optionOf: Readonly<Record<string, string>> = { options: 'opt', labels: 'label' };
