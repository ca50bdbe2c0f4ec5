import { definePlugin } from '../../hooks/index.ts';
import { Buildah } from './Buildah.ts';

/** Builds images with Buildah, which Debian has. */
export default definePlugin({
  name: 'build-buildah',
  version: '0.1.0',
  doc: 'Image builder buildah: runs the instructions of Dockerfiles with Debian’s Buildah.',
  contributes: ['imageBuilder'],
  setup({ imageBuilder }) {
    const buildah = new Buildah();
    imageBuilder({
      name: 'buildah',
      doc: 'Runs the instructions of Dockerfiles with Buildah and an OCI runtime.',
      probe: () => buildah.probe(),
      build: (build, context) => buildah.build(build, context),
      prune: (context) => buildah.prune(context),
    });
  },
});
