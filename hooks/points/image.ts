import { Type } from '@sinclair/typebox';
import { defineHook } from '../defineHook.ts';
import type { Image } from '../image.ts';
import { closed, describes, text } from '../schema/describes.ts';
import { image as imageSchema } from '../schema/image.ts';

/** An image that is looked for. */
export interface ImageResolveDraft {
  /** As the client wrote it. */
  readonly requested: string;
  /** In full form, `docker.io/library/debian:bookworm`: what is looked up and, if need be, pulled. */
  reference: string;
  /** `os/arch[/variant]`. */
  platform: string;
}

const resolveDraft = describes<ImageResolveDraft>()(
  closed(
    {
      requested: Type.String({ description: 'As the client wrote it.' }),
      reference: Type.String({ minLength: 1, description: 'In full form; this is looked up and pulled.' }),
      platform: Type.String({ description: '`os/arch[/variant]`.' }),
    },
    { title: 'ImageResolveDraft' },
  ),
);

/** An image that is about to be pulled. */
export interface ImagePull {
  reference: string;
  platform: string;
}

const imagePull = describes<ImagePull>()(closed({ reference: text, platform: text }, { title: 'ImagePull' }));

/** An image that was pulled. */
export interface ImagePulled extends ImagePull {
  image: Image;
}

const imagePulled = describes<ImagePulled>()(
  closed({ reference: text, platform: text, image: imageSchema }, { title: 'ImagePulled' }),
);

export const image = Object.freeze({
  resolve: defineHook<ImageResolveDraft>()({
    name: 'image.resolve',
    kind: 'plan',
    deadlineMs: 5_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'Before an image is looked up: turn the reference into another one, for example into the house’s own registry.',
    input: resolveDraft,
    fixed: ['requested'],
  }),
  prePull: defineHook<ImagePull>()({
    name: 'image.prePull',
    kind: 'apply',
    deadlineMs: 30_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'Before anything is downloaded. An error refuses the pull.',
    input: imagePull,
  }),
  postPull: defineHook<ImagePulled>()({
    name: 'image.postPull',
    kind: 'apply',
    deadlineMs: 60_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'The image is on the host and its reference is about to be given out: scan it, count it. An error fails the pull.',
    input: imagePulled,
  }),
});
