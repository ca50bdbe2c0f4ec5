import type { Volume } from '../../../hooks/index.ts';
import type { DeclaredHost } from '../declare/declared.ts';
import { labels, usersLabels } from '../labels.ts';
import { changesOf } from './changesOf.ts';
import type { HostState } from './hostState.ts';
import type { VolumeStep } from './step.ts';

/** Volumes are created; one that exists is never replaced, as it has data. */
export function planVolumes({ volumes: declared }: DeclaredHost, { volumes }: HostState): VolumeStep[] {
  const steps: VolumeStep[] = [];
  for (const one of declared.values()) {
    const found = volumes.find(({ name }) => name === one.name);
    if (!found) steps.push({ kind: 'volume', name: one.name, action: 'create', changes: [], declared: one });
    else {
      const changes = changesOf(shapeOf(found), shapeOf(one.volume), {
        applies: () => 'recreate',
        originOf: (option) => one.originOf(option),
        optionOf: ([field = '', ...rest]) => [optionOf[field] ?? field, ...rest],
      });
      if (changes.length > 0)
        steps.push({ kind: 'volume', name: one.name, action: 'recreate', changes, declared: one, held });
    }
  }
  const gone = volumes.filter((volume) => isOurs(volume) && !declared.has(volume.name));
  const removed = gone.filter((volume) => volume.labels[labels.onRemove] === 'remove');
  return [
    ...steps,
    ...removed.map(({ name }) => ({ kind: 'volume', name, action: 'remove', changes: [] }) as const),
  ];
}

const held = 'a volume keeps its driver, options and labels: copy its data, remove it, and apply again';

function isOurs(volume: Volume): boolean {
  return volume.labels[labels.declared] === volume.name;
}

function shapeOf({ driver = 'local', options = {}, labels: all = {} }: Partial<Volume>) {
  return { driver, options, labels: usersLabels(all) };
}

const optionOf: Readonly<Record<string, string>> = { options: 'opt', labels: 'label' };
