import { Config, definePlugin, Type } from '../../hooks/index.ts';
import { BuildKit } from './BuildKit.ts';
import { refusalOf } from './wishes.ts';

const options = Type.Object({
  cacheLimit: Type.Integer({
    minimum: 0,
    default: 0,
    description: 'Bytes that BuildKit may keep between builds. 0: what it finds right for the disk.',
  }),
});

/** Builds images with BuildKit, and lets its clients, such as docker buildx, use it. */
export default definePlugin({
  name: 'build-buildkit',
  version: '0.1.0',
  doc: 'Image builder buildkit: runs buildkitd for pouch build, docker build and docker buildx.',
  contributes: ['imageBuilder'],
  inject: { config: Config },
  options,
  setup({ imageBuilder, options: { cacheLimit }, services: { config } }) {
    const buildkit = new BuildKit(config, cacheLimit);
    imageBuilder({
      name: 'buildkit',
      doc: 'Builds with BuildKit, where buildkitd and buildctl are installed.',
      probe: () => buildkit.probe(),
      refuses: refusalOf,
      runDaemon: (context, ready) => buildkit.runDaemon(context, ready),
      build: (build, context) => buildkit.build(build, context),
      solve: (build, context) => buildkit.solve(build, context),
      connect: (connection, context) => buildkit.connect(connection, context),
      cache: () => buildkit.cache(),
      prune: (_context, prune) => buildkit.prune(prune),
    });
  },
});
