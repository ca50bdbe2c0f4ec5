import { pluginList } from '../formats/index.ts';
import type { Settings } from './setting.ts';

export const plugins: Settings<'plugins'> = {
  plugins: {
    default: [],
    example: [
      {
        path: './corp-hosts.ts',
        options: { entries: { 'db.corp.example': '192.0.2.7' } },
        timeout: '2s',
        onError: 'fail',
      },
    ],
    env: false,
    format: pluginList,
    doc:
      'Plugins, in load order. An entry with `name` configures or disables a built-in plugin; an entry with `path` loads a plugin ' +
      'file.',
    since: '0.1.0',
  },
};
