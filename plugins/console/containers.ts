import {
  type ContainerRecord,
  networkAttachments,
  type PageContent,
  type PageValue,
} from '../../hooks/index.ts';
import { states } from './overview.ts';
import { table } from './table.ts';
import { age, cut } from './units.ts';

/** All containers, or those with a state, the newest first as `list` has them. */
export function containerList(
  all: readonly ContainerRecord[],
  { state }: Readonly<Record<string, string>>,
  now: number,
): PageContent {
  const records = all.filter((record) => state === undefined || record.state.status === state);
  const links = [
    { text: 'all', link: { page: 'containers' } },
    ...states.map((each) => ({ text: each, link: { page: 'containers', query: { state: each } } })),
  ];
  return {
    title: state === undefined ? 'Containers' : `Containers: ${cut(state, 20)}`,
    blocks: [
      { kind: 'links', links },
      table({
        title: 'Containers',
        columns: ['Name', 'Image', 'Mode', 'State', 'For', 'Ports', 'Degraded'],
        rows: records.map((record) => rowOf(record, now)),
        empty: 'No containers.',
      }),
    ],
  };
}

function rowOf(record: ContainerRecord, now: number): PageValue[] {
  return [
    {
      text: cut(record.name || record.id.slice(0, 12)),
      link: { page: 'container', query: { id: record.id } },
    },
    cut(record.request.image),
    modeOf(record),
    stateOf(record),
    age(sinceOf(record), now),
    cut(portsOf(record).join(', ')),
    record.degraded.length === 0
      ? ''
      : { text: cut(record.degraded.map(({ plugin }) => plugin).join(', ')), state: 'warning' },
  ];
}

/** `systemd`, or `plain`. */
export function modeOf({ draft }: ContainerRecord): string {
  return draft.rich.enabled ? draft.rich.mode : 'plain';
}

export function stateOf({ state, damage }: ContainerRecord): PageValue {
  const { status, exitCode, oomKilled } = state;
  if (damage) return { text: 'damaged', state: 'problem' };
  if (status === 'running') return { text: status, state: 'ok' };
  if (status === 'dead') return { text: status, state: 'problem' };
  if (status !== 'exited') return status;
  const text = `exited (${exitCode}${oomKilled ? ', out of memory' : ''})`;
  return exitCode === 0 ? text : { text, state: 'warning' };
}

/** When it came into its state. */
export function sinceOf({ state, createdAt }: ContainerRecord): string {
  if (state.status === 'running' || state.status === 'paused') return state.startedAt;
  return state.finishedAt || createdAt;
}

/** `0.0.0.0:8080->80/tcp`. */
export function portsOf(record: ContainerRecord): string[] {
  return networkAttachments(record)
    .flatMap(({ ports }) => ports)
    .map(
      ({ hostIp, hostPort, containerPort, protocol }) =>
        `${hostIp || '0.0.0.0'}:${hostPort}->${containerPort}/${protocol}`,
    );
}
