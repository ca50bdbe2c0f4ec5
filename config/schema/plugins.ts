import { absolutePath, duration, pluginList } from '../formats/index.ts';
import type { Settings } from './setting.ts';

export const plugins: Settings<'plugins' | 'pluginTimeout' | 'hooksDir'> = {
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
  hooksDir: {
    default: '/etc/pouch/hooks.d',
    format: absolutePath,
    doc:
      'Directory of one-shot scripts: each executable in `POINT.d`, such as `container.preCreate.d`, runs once per call of that hook ' +
      'point. It need not exist; docs/guides/scripts.md.',
    since: '0.1.0',
  },
  pluginTimeout: {
    default: '10s',
    format: duration({ min: 100 }),
    doc:
      'How long a plugin may take to load its file, to run its `setup` and `onDispose`, and to start or stop a surface. ' +
      'The deadline of its taps is `timeout` of its entry.',
    since: '0.1.0',
  },
};
