import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { defineHook } from '../defineHook.ts';
import { closed, map, may, text } from '../schema.ts';

/** A volume that is about to be created. */
export const VolumeDraft = closed(
  {
    name: Type.Readonly(Type.String({ description: 'As requested, or generated.' })),
    anonymous: Type.Readonly(Type.Boolean({ description: 'Created without a name.' })),
    labels: map(text),
    driver: Type.Readonly(Type.String({ description: 'Name of its volume driver.' })),
    options: Type.Readonly(map(text, 'Options of the driver, as its client wrote them.')),
  },
  { title: 'VolumeDraft' },
);
export type VolumeDraft = Static<typeof VolumeDraft>;

/** A removal that was asked for. */
export const VolumeRemoval = closed(
  {
    name: text,
    mountpoint: Type.String({ description: 'Absolute path of its data.' }),
    labels: map(text),
    anonymous: Type.Boolean({ description: 'Created without a name.' }),
    driver: Type.String({ description: 'Name of its volume driver.' }),
    options: map(text, 'Options of the driver, as its client wrote them.'),
    damage: may(Type.String({ description: 'Why its volume.json cannot be used; then labels are unknown.' })),
  },
  { title: 'VolumeRemoval' },
);
export type VolumeRemoval = Static<typeof VolumeRemoval>;

export const volume = Object.freeze({
  preCreate: defineHook<VolumeDraft>()({
    name: 'volume.preCreate',
    kind: 'plan',
    deadlineMs: 5_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'Runs before a volume is created, by `volume create` or with the container that uses it: change its labels. An error refuses the volume. Does not run for a volume that exists.',
    input: VolumeDraft,
    fixed: ['name', 'anonymous', 'driver', 'options'],
  }),
  preRemove: defineHook<VolumeRemoval>()({
    name: 'volume.preRemove',
    kind: 'apply',
    deadlineMs: 30_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'Runs before `volume rm` or `volume prune` removes a volume and its data. An error refuses the removal; `volume prune` continues with the other volumes. Does not run for an anonymous volume that is removed with its container.',
    input: VolumeRemoval,
  }),
});
