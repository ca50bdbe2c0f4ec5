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
      'Plugins, in the order in which they are loaded. An entry with `name` gives a built-in plugin its options or switches it ' +
      'off; an entry with `path` loads a file.',
    since: '0.1.0',
  },
};
