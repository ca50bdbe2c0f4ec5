import { definePlugin, type Locate, PouchError, Type } from '../../hooks/index.ts';
import { MetricsServer } from './MetricsServer.ts';

const options = Type.Object(
  {
    listen: Type.Array(
      Type.String({
        description: '`unix:///PATH`, or `tcp://127.0.0.1:PORT`: an address of this host.',
      }),
      { default: [], maxItems: 8 },
    ),
    mode: Type.String({
      default: '0660',
      pattern: '^0?[0-7]{3}$',
      description: 'Permissions of Unix sockets. They belong to root and the group.',
    }),
    group: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Number of the group of Unix sockets. Default: root’s.' }),
    ),
  },
  { additionalProperties: false },
);

/** Serves metrics to Prometheus without access to the API, which is that of root. */
export default definePlugin({
  name: 'metrics',
  version: '0.1.0',
  doc: 'Serves `GET /metrics` for Prometheus on addresses of its own, without access to the API. It is off until `listen` has one.',
  options,
  contributes: ['surface'],
  check: checkAddresses,
  setup({ options: { listen, mode, group = 0 }, log, surface }) {
    if (listen.length === 0) return;
    let server: MetricsServer | undefined;
    surface({
      name: 'metrics',
      async start(engine) {
        server = new MetricsServer(() => engine.extensions.metrics(), log);
        for (const address of listen) await server.listen(address, { mode: Number.parseInt(mode, 8), group });
      },
      async stop() {
        await server?.close();
        server = undefined;
      },
    });
  },
});

const addresses = /^(unix:\/\/(\/[^/\0]+)+|tcp:\/\/(127(\.\d{1,3}){3}|\[::1\]):\d{1,5})$/;

/** @throws PCH_PLUGIN_OPTIONS also for an address that other hosts can reach: the metrics are not encrypted */
function checkAddresses({ listen }: typeof options.static, locate: Locate): void {
  const index = listen.findIndex((address) => !addresses.test(address));
  if (index < 0) return;
  const place = locate(`/listen/${index}`);
  throw new PouchError(
    'PCH_PLUGIN_OPTIONS',
    `${place ? `${place}: ` : ''}metrics/listen/${index}: expected unix:///PATH or an address on loopback, found "${listen[index]}"`,
    { hint: 'tcp://127.0.0.1:9323, and a proxy with TLS and authentication for other hosts' },
  );
}
