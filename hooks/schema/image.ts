/** JSON Schemas of images. Unknown fields are allowed: images come from elsewhere. */
import { Type } from '@sinclair/typebox';
import type { Descriptor, Image, ImageConfig, ImageHistoryEntry } from '../image.ts';
import { describes, flag, integer, map, may, text, texts } from './describes.ts';

const historyEntry = describes<ImageHistoryEntry>()(
  Type.Object({
    created: may(text),
    created_by: may(text),
    author: may(text),
    comment: may(text),
    empty_layer: may(flag),
  }),
);

const anything = Type.Unsafe<object>(Type.Object({}));

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
  Healthcheck: may(anything),
  Shell: may(texts),
  ArgsEscaped: may(flag),
});

export const imageConfig = describes<ImageConfig>()(
  Type.Object({
    architecture: text,
    os: text,
    variant: may(text),
    created: may(text),
    author: may(text),
    config: may(runConfig),
    rootfs: Type.Object({ type: text, diff_ids: texts }),
    history: may(Type.Array(historyEntry)),
  }),
);

const descriptor = describes<Descriptor>()(
  Type.Object({ mediaType: text, digest: text, size: integer, annotations: may(map(text)) }),
);

export const image = describes<Image>()(
  Type.Object(
    {
      id: Type.String({ description: 'Digest of its config.' }),
      references: Type.Array(text, { description: 'Every reference that names it, in full form.' }),
      target: descriptor,
      manifest: descriptor,
      config: imageConfig,
      layers: Type.Array(descriptor),
      size: Type.Integer({ description: 'Compressed size of manifest, config and layers in bytes.' }),
      chainId: Type.String({ description: 'Chain id of the top layer.' }),
      createdAt: text,
      labels: map(text),
      damage: may(Type.String({ description: 'Why the image cannot be used.' })),
    },
    { title: 'Image' },
  ),
);
