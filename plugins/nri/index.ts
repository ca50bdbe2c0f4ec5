/** Serves the Node Resource Interface (NRI, v1alpha1): its plugins see and adjust containers. */
import { Containers, definePlugin, Type } from '../../hooks/index.ts';
import { Options } from './options.ts';
import { Requests } from './Requests.ts';
import { pluginsAt } from './session/NriPlugins.ts';
import { launchPlugins } from './launch/launchPlugins.ts';
import { NriServer } from './session/NriServer.ts';
import { lines, missing } from './status.ts';
import { tapContainers } from './taps.ts';

export default definePlugin({
  name: 'nri',
  version: '0.1.0',
  doc: 'Plugins of the Node Resource Interface (NRI, v1alpha1). It is off until `socket` or `pluginPath` is set.',
  options: Options,
  inject: { containers: Containers },
  setup({ hooks, options, services: { containers }, surface, sidecar, verb, doctorCheck, host, log }) {
    const { socket, pluginPath } = options;
    if (socket === undefined && pluginPath === undefined) return;
    const plugins = pluginsAt(socket);
    const requests = new Requests(containers, log);
    tapContainers(hooks, { plugins, requests, containers, options, log });
    const launched = launchPlugins({ plugins, options, sidecar, log });
    let server: NriServer | undefined;
    surface({
      name: 'nri',
      // NRI plugins are connected, and most end with their connection.
      reload: 'keep',
      async start(engine) {
        const parts = { plugins, requests: new Requests(engine.containers, log), options, log };
        server = new NriServer(socket, { ...parts, containers: engine.containers, version: host.version });
        await server.start();
        if (socket !== undefined) log.info(`NRI plugins connect to unix://${socket}`);
      },
      async stop() {
        await server?.stop();
        server = undefined;
      },
    });
    verb({
      name: 'nri',
      doc: 'Lists the NRI plugins that are connected, in the order in which they are called',
      args: Type.Object({}),
      run: (_, { out }) => out(lines(plugins.all, missing(plugins, options, launched))),
    });
    doctorCheck({
      name: 'NRI plugins',
      run() {
        const names = missing(plugins, options, launched);
        if (names.length === 0) return { ok: true, found: `${plugins.all.length} connected` };
        const fix =
          'no container is created without those that are `required` in the options of the plugin nri; ' +
          'those of `pluginPath` are started again by pouchd (`pouch plugin logs nri`), start the others';
        return { ok: false, found: `${names.join(', ')} not connected`, fix };
      },
    });
  },
});
