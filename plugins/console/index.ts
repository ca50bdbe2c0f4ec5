import {
  Clock,
  Containers,
  definePlugin,
  Extensions,
  type Page,
  Plugins,
  System,
} from '../../hooks/index.ts';
import { container } from './container.ts';
import { containerList } from './containers.ts';
import { doctor } from './doctor.ts';
import { operationList } from './operations.ts';
import { overview } from './overview.ts';
import { pluginList } from './plugins.ts';

/** The pages that Pouch itself has in the web console. They wait for no container. */
export default definePlugin({
  name: 'console',
  version: '0.1.0',
  doc: 'Pages of the web console: host, containers, plugins, operations, doctor.',
  contributes: ['page'],
  inject: {
    clock: Clock,
    containers: Containers,
    extensions: Extensions,
    plugins: Plugins,
    system: System,
  },
  setup({ page, services: { clock, containers, extensions, plugins, system } }) {
    const now = () => clock.now().getTime();
    const all = () => containers.list({ all: true });
    const pages: Page[] = [
      {
        name: 'overview',
        title: 'Overview',
        doc: 'The host, pouchd, and containers by state.',
        render: () => overview(system, all()),
      },
      {
        name: 'containers',
        title: 'Containers',
        doc: 'All containers, or those of one state.',
        render: ({ query }) => containerList(all(), query, now()),
      },
      {
        name: 'container',
        title: 'Container',
        doc: 'One container: facts, mounts, networks, effects, and who set what.',
        listed: false,
        render: ({ query }) => container(containers, query, now()),
      },
      {
        name: 'plugins',
        title: 'Plugins',
        doc: 'Every plugin, and what the calls of its taps have cost.',
        render: () => pluginList(plugins.list()),
      },
      {
        name: 'operations',
        title: 'Operations',
        doc: 'What runs at the moment, and the plugins that it waits for.',
        render: () => operationList(system.ops(), now()),
      },
      {
        name: 'doctor',
        title: 'Doctor',
        doc: 'Runtimes, and what the checks of plugins find on this host.',
        deadlineMs: 10_000,
        render: () => doctor(system, extensions),
      },
    ];
    for (const one of pages) page(one);
  },
});
