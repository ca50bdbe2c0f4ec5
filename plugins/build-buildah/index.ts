import { definePlugin, Type } from '../../hooks/index.ts';
import { Buildah } from './Buildah.ts';
import { refusalOf } from './refusalOf.ts';

const options = Type.Object({
  cacheLimit: Type.Integer({
    minimum: 0,
    default: 0,
    description:
      'Bytes that the build cache may have. After a build, what was not used longest is removed. 0: no limit.',
  }),
});

/** Builds images with Buildah, which Debian has. */
export default definePlugin({
  name: 'build-buildah',
  version: '0.1.0',
  doc: 'Image builder buildah: runs the instructions of Dockerfiles with Debian’s Buildah.',
  contributes: ['imageBuilder'],
  options,
  setup({ imageBuilder, options: { cacheLimit } }) {
    const buildah = new Buildah(cacheLimit);
    imageBuilder({
      name: 'buildah',
      doc: 'Runs the instructions of Dockerfiles with Buildah and an OCI runtime.',
      probe: () => buildah.probe(),
      refuses: refusalOf,
      build: (build, context) => buildah.build(build, context),
      cache: (context) => buildah.cache(context),
      prune: (context, prune) => buildah.prune(context, prune),
    });
  },
});
