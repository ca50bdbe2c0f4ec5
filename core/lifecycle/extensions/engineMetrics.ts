import { Series } from '../../metrics/Series.ts';
import type { EngineContext } from '../shared/engineContext.ts';

const states = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'] as const;

/** What the engine knows about itself at the moment. */
export function engineMetrics({ store, operations, hookMetrics, generations }: EngineContext): Series[] {
  return [
    containers([...store.list(), ...store.damaged()]),
    gauge('pouch_operations', 'Operations that run.', operations.list().length),
    gauge(
      'pouch_generation',
      'Number of the plugin generation; a reload makes a new one.',
      generations.current.number,
    ),
    plugins(generations.current.plugins),
    ...hookMetrics.all,
  ];
}

function containers(records: readonly { readonly state: { readonly status: string } }[]): Series {
  const series = byState('pouch_containers', 'Containers by state.', states);
  for (const { state } of records) series.add(1, { state: state.status });
  return series;
}

function plugins(statuses: readonly { readonly state: string }[]): Series {
  const series = byState('pouch_plugins', 'Plugins by state.', ['active', 'disabled', 'quarantined']);
  for (const { state } of statuses) series.add(1, { state });
  return series;
}

/** Every state is listed, so that an alert sees zeros. */
function byState(name: string, doc: string, all: readonly string[]): Series {
  const series = new Series({ name, doc, type: 'gauge', labels: ['state'] });
  for (const state of all) series.set(0, { state });
  return series;
}

function gauge(name: string, doc: string, value: number): Series {
  const series = new Series({ name, doc, type: 'gauge' });
  series.set(value);
  return series;
}
