import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { flag, integer, map, may, says, text, texts } from './schema.ts';

const anything = Type.Unsafe<object>(Type.Object({}));

const historyEntry = Type.Object({
  created: may(text),
  created_by: may(text),
  author: may(text),
  comment: may(text),
  empty_layer: may(flag),
});

/** An entry of the history in an image's configuration. */
export type ImageHistoryEntry = Static<typeof historyEntry>;

const runConfig = Type.Object({
  User: may(text),
  ExposedPorts: may(map(anything)),
  Env: may(texts),
  Entrypoint: may(texts),
  Cmd: may(texts),
  Volumes: may(map(anything)),
  WorkingDir: may(text),
  Labels: may(map(text)),
  StopSignal: may(text),
  OnBuild: may(texts),
  Healthcheck: may(Type.Unsafe<object>(Type.Object({}, { description: 'Docker’s extension.' }))),
  Shell: may(texts),
  ArgsEscaped: may(flag),
});

/**
 * The OCI image config (image-spec, config.md), as far as a container is created from it. Unknown fields are allowed:
 * images come from elsewhere.
 */
export const ImageConfig = Type.Object({
  architecture: text,
  os: text,
  variant: may(text),
  created: may(text),
  author: may(text),
  config: may(runConfig),
  rootfs: Type.Object({ type: text, diff_ids: texts }),
  history: may(Type.Array(historyEntry)),
});
export type ImageConfig = Static<typeof ImageConfig>;

/** A content descriptor (image-spec, descriptor.md). */
const Descriptor = Type.Object({ mediaType: text, digest: text, size: integer, annotations: may(map(text)) });

/** A descriptor of the OCI image-spec: media type, digest, size. */
export type Descriptor = Static<typeof Descriptor>;

/** An image on the host. */
export const Image = Type.Object(
  {
    id: says('The id shown to users: the digest of its config, `sha256:…`.'),
    references: Type.Array(text, {
      description: 'Every reference that names it, in full form: `docker.io/library/debian:bookworm`.',
    }),
    target: Type.Object(Descriptor.properties, {
      description: 'What the references point to: an index or a manifest.',
    }),
    manifest: Descriptor,
    config: ImageConfig,
    layers: Type.Array(Descriptor),
    size: Type.Integer({ description: 'Compressed bytes of manifest, config and layers.' }),
    chainId: says('Chain id of the top layer: the key of its committed snapshot.'),
    createdAt: text,
    labels: map(text),
    damage: may(
      says(
        'Why the image cannot be used: its manifest or config is damaged. Then config and layers are empty.',
      ),
    ),
  },
  { title: 'Image' },
);
export type Image = Static<typeof Image>;

/** Label of images that Pouch makes for itself. Lists leave them out unless all are asked for. */
export const ownImageLabel = 'io.pouch.own';
