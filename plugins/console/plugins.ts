import type { PageContent, PageValue, PluginDetails } from '../../hooks/index.ts';
import { table } from './table.ts';
import { cut } from './units.ts';

const signs = { active: 'ok', disabled: undefined, quarantined: 'problem', shadow: undefined } as const;

/** Every plugin with what its taps have cost. */
export function pluginList(plugins: readonly PluginDetails[]): PageContent {
  const problems = plugins.flatMap(({ name, error }) =>
    error === undefined
      ? []
      : [{ kind: 'text' as const, text: cut(`${name}: ${error}`, 2000), state: 'problem' as const }],
  );
  return {
    blocks: [
      ...problems.slice(0, 20),
      table({
        title: 'Plugins',
        columns: [
          'Name',
          'State',
          'Version',
          'Runs in',
          'Calls',
          'p50 ms',
          'p99 ms',
          'Errors',
          'Breaker',
          'Contributes',
        ],
        rows: plugins.map(rowOf),
      }),
    ],
  };
}

function rowOf(plugin: PluginDetails): PageValue[] {
  const {
    name,
    state,
    version = '',
    isolation,
    calls,
    p50Ms,
    p99Ms,
    errors,
    taps,
    contributes = {},
  } = plugin;
  const sign = signs[state];
  const open = taps.filter(({ breaker }) => breaker === 'open').length;
  return [
    name,
    sign ? { text: state, state: sign } : state,
    version,
    isolation === 'process' ? 'its process' : 'pouchd',
    calls,
    p50Ms ?? '',
    p99Ms ?? '',
    errors === 0 ? 0 : { text: errors, state: 'warning' },
    open === 0 ? '' : { text: `open: ${open} of ${taps.length}`, state: 'problem' },
    cut(Object.keys(contributes).join(', ')),
  ];
}
