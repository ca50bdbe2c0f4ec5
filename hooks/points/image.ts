import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { defineHook } from '../defineHook.ts';
import { Image } from '../image.ts';
import { closed, text } from '../schema.ts';

const platform = Type.String({ description: '`os/arch[/variant]`.' });

/** An image that is looked up. */
export const ImageResolveDraft = closed(
  {
    requested: Type.Readonly(Type.String({ description: 'As the client wrote it.' })),
    reference: Type.String({
      minLength: 1,
      description: 'In full form, `docker.io/library/debian:bookworm`; this is looked up and pulled.',
    }),
    platform,
  },
  { title: 'ImageResolveDraft' },
);
export type ImageResolveDraft = Static<typeof ImageResolveDraft>;

/** An image that is about to be pulled. */
export const ImagePull = closed({ reference: text, platform }, { title: 'ImagePull' });
export type ImagePull = Static<typeof ImagePull>;

/** An image whose content has arrived and that has no name yet. */
export const ImageLoaded = closed(
  {
    source: Type.Unsafe<'pull' | 'load' | 'bootstrap' | 'import' | 'commit'>(
      Type.Union(
        ['pull', 'load', 'bootstrap', 'import'].map((one) => Type.Literal(one)),
        {
          description: 'The operation that brings it.',
        },
      ),
    ),
    references: Type.Array(text, {
      description: 'The names that it gets; none for an archive without names.',
    }),
    image: Image,
  },
  { title: 'ImageLoaded' },
);
export type ImageLoaded = Static<typeof ImageLoaded>;

/** A removal that was asked for. */
export const ImageRemoval = closed(
  {
    references: Type.Array(text, { description: 'The names that go.' }),
    deletes: Type.Boolean({ description: 'Its last name goes, and the image with it.' }),
    image: Image,
  },
  { title: 'ImageRemoval' },
);
export type ImageRemoval = Static<typeof ImageRemoval>;

export const image = Object.freeze({
  resolve: defineHook<ImageResolveDraft>()({
    name: 'image.resolve',
    kind: 'plan',
    deadlineMs: 5_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'Runs before an image is looked up or pulled: replace the reference, for example with one of an internal registry.',
    input: ImageResolveDraft,
    fixed: ['requested', 'platform'],
  }),
  prePull: defineHook<ImagePull>()({
    name: 'image.prePull',
    kind: 'apply',
    deadlineMs: 30_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'Runs before anything is downloaded. An error refuses the pull.',
    input: ImagePull,
  }),
  postLoad: defineHook<ImageLoaded>()({
    name: 'image.postLoad',
    kind: 'apply',
    deadlineMs: 60_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'Runs when the content of an image is on the host and before the image gets its names, for `pull`, `load`, `bootstrap` and `import` alike: scan it, count it. An error refuses the image: no name points to it, and a reference keeps the image it had. Does not run for images that other clients put into containerd.',
    input: ImageLoaded,
  }),
  preRemove: defineHook<ImageRemoval>()({
    name: 'image.preRemove',
    kind: 'apply',
    deadlineMs: 30_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'Runs before `rmi` or `image prune` removes a name or an image. An error refuses the removal; `image prune` continues with the other images.',
    input: ImageRemoval,
  }),
});
