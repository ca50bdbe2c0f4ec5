import { Series } from '../../metrics/Series.ts';
import type { EngineContext } from '../shared/engineContext.ts';

const states = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'] as const;

/** What the engine knows about itself at the moment. */
export function engineMetrics({
  store,
  operations,
  hookMetrics,
  generations,
  sidecars,
  deliveries,
}: EngineContext): Series[] {
  return [
    containers([...store.list(), ...store.damaged()]),
    gauge('pouch_operations', 'Operations that run.', operations.list().length),
    gauge(
      'pouch_generation',
      'Number of the plugin generation; a reload makes a new one.',
      generations.current.number,
    ),
    plugins(generations.current.plugins),
    ...logs(deliveries.list()),
    ...hookMetrics.all,
    ...ofSidecars(sidecars),
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

function ofSidecars(sidecars: EngineContext['sidecars']): Series[] {
  const labels = ['plugin', 'sidecar'];
  const running = new Series({
    name: 'pouch_sidecar_running',
    doc: 'Whether a sidecar of a plugin runs and is ready: 1 or 0.',
    type: 'gauge',
    labels,
  });
  const restarts = new Series({
    name: 'pouch_sidecar_restarts_total',
    doc: 'Restarts of a sidecar of a plugin.',
    type: 'counter',
    labels,
  });
  for (const { plugin, status } of sidecars.all()) {
    const of = { plugin, sidecar: status.name };
    running.set(status.phase === 'running' ? 1 : 0, of);
    restarts.add(status.restarts, of);
  }
  return [running, restarts];
}

function logs(list: ReturnType<EngineContext['deliveries']['list']>): Series[] {
  const labels = ['driver'];
  const waiting = new Series({
    name: 'pouch_log_waiting_bytes',
    doc: 'Bytes of logs that wait for their log driver.',
    type: 'gauge',
    labels,
  });
  const failing = new Series({
    name: 'pouch_log_failing',
    doc: 'Containers whose log driver does not take lines.',
    type: 'gauge',
    labels,
  });
  for (const { driver, state } of list) {
    waiting.add(state.waiting, { driver });
    failing.add(state.problem === undefined ? 0 : 1, { driver });
  }
  return [waiting, failing];
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
