import { Type } from '@sinclair/typebox';
import { defineHook } from '../defineHook.ts';
import { closed, describes, map, text } from '../schema/describes.ts';

/** A named volume, before it is made. */
export interface VolumeDraft {
  readonly name: string;
  labels: Record<string, string>;
}

const volumeDraft = describes<VolumeDraft>()(
  closed(
    { name: Type.String({ description: 'As asked for, or made up.' }), labels: map(text) },
    { title: 'VolumeDraft' },
  ),
);

export const volume = Object.freeze({
  preCreate: defineHook<VolumeDraft>()({
    name: 'volume.preCreate',
    kind: 'plan',
    deadlineMs: 5_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'Before a named volume is made: label it, or refuse it.',
    input: volumeDraft,
    fixed: ['name'],
  }),
});
