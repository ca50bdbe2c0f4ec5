import { Config, definePlugin, type Locate, PouchError, Type } from '../../hooks/index.ts';
import { BuildKit } from './BuildKit.ts';
import { refuseCalls } from './serveControl.ts';
import { refusalOf } from './wishes.ts';

const options = Type.Object({
  cacheLimit: Type.Integer({
    minimum: 0,
    default: 0,
    description: 'Bytes that BuildKit may keep between builds. 0: what it finds right for the disk.',
  }),
  address: Type.Optional(
    Type.String({
      description:
        'Address of a buildkitd that runs already, `unix:///PATH`; Pouch starts none then. Its own settings of networks, registries and cache apply.',
    }),
  ),
});

/** Builds images with BuildKit, and lets its clients, such as docker buildx, use it. */
export default definePlugin({
  name: 'build-buildkit',
  version: '0.1.0',
  doc: 'Image builder buildkit: runs buildkitd for pouch build, docker build and docker buildx.',
  contributes: ['imageBuilder'],
  inject: { config: Config },
  options,
  check: checkAddress,
  setup({ imageBuilder, options: { cacheLimit, address }, services: { config } }) {
    const buildkit = new BuildKit({ config, cacheLimit, address });
    imageBuilder({
      name: 'buildkit',
      // Where it is installed, also if pouchd.yaml has options of Buildah only.
      priority: 1,
      doc: 'Builds with BuildKit, where buildkitd and buildctl are installed.',
      probe: () => buildkit.probe(),
      refuses: refusalOf,
      runDaemon: (context, ready) => buildkit.runDaemon(context, ready),
      build: (build, context) => buildkit.build(build, context),
      solve: (build, context) => buildkit.solve(build, context),
      connect: (connection, context) => buildkit.connect(connection, context),
      refuse: ({ kind, stream }, error) =>
        kind === 'control' ? refuseCalls(stream, error) : Promise.resolve(),
      cache: () => buildkit.cache(),
      prune: (_context, prune) => buildkit.prune(prune),
    });
  },
});

/** @throws PCH_PLUGIN_OPTIONS also for TCP: who reaches buildkitd is root on its host */
function checkAddress({ address }: typeof options.static, locate: Locate): void {
  if (address === undefined || /^unix:\/\/(\/[^/\0]+)+$/.test(address)) return;
  const place = locate('/address');
  throw new PouchError(
    'PCH_PLUGIN_OPTIONS',
    `${place ? `${place}: ` : ''}build-buildkit/address: expected unix:///PATH, found "${address}"`,
    { hint: 'unix:///run/buildkit/buildkitd.sock; forward the socket of another host by ssh' },
  );
}
