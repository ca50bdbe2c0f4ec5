import type { AgentObjectStatus, AgentStatus } from '../../client/wire.ts';
import type { Metric, MetricDeclaration } from '../../hooks/index.ts';

const states = [
  'ok',
  'pending',
  'degraded',
  'failed',
  'held',
  'drifted',
  'stopped',
  'broken',
] satisfies AgentObjectStatus['State'][];

/** What the metrics of pouchd have of the host agent. */
export function statusGauges(metric: (declaration: MetricDeclaration) => Metric) {
  const files = metric({
    name: 'files_in_force',
    doc: '1 if what the configuration files say, or the file that was applied, is in force, 0 if what was last good is.',
    type: 'gauge',
  });
  const objects = metric({
    name: 'objects',
    doc: 'Declared objects by state, as the last converge left them.',
    type: 'gauge',
    labels: ['state'],
  });
  return {
    setFiles: (problem: string | undefined): void => files.set(problem === undefined ? 1 : 0),
    setObjects({ Objects }: Pick<AgentStatus, 'Objects'>): void {
      for (const state of states)
        objects.set(Objects.filter(({ State }) => State === state).length, { state });
    },
  };
}
