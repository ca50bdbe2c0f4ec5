import { Config, definePlugin } from '../../hooks/index.ts';
import { BuildKit } from './BuildKit.ts';
import { refusalOf } from './wishes.ts';

/** Builds images with BuildKit, and lets its clients, such as docker buildx, use it. */
export default definePlugin({
  name: 'build-buildkit',
  version: '0.1.0',
  doc: 'Image builder buildkit: runs buildkitd for pouch build, docker build and docker buildx.',
  contributes: ['imageBuilder'],
  inject: { config: Config },
  setup({ imageBuilder, services: { config } }) {
    const buildkit = new BuildKit(config);
    imageBuilder({
      name: 'buildkit',
      doc: 'Builds with BuildKit, where buildkitd and buildctl are installed.',
      probe: () => buildkit.probe(),
      refuses: refusalOf,
      runDaemon: (context, ready) => buildkit.runDaemon(context, ready),
      build: (build, context) => buildkit.build(build, context),
      solve: (build, context) => buildkit.solve(build, context),
      connect: (connection, context) => buildkit.connect(connection, context),
      prune: () => buildkit.prune(),
    });
  },
});
