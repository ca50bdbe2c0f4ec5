import {
  type BlameEntry,
  type ContainerRecord,
  type Containers,
  networkAttachments,
  type PageBlock,
  type PageContent,
  type PageValue,
  PouchError,
} from '../../hooks/index.ts';
import { inNamesOf } from '../../translate/names/inNamesOf.ts';
import { modeOf, portsOf, sinceOf, stateOf } from './containers.ts';
import { facts } from './overview.ts';
import { part } from './part.ts';
import { table } from './table.ts';
import { age, cut, time } from './units.ts';

/** Milliseconds: plugins describe their effects. */
const partMs = 900;

/** One container: `id` is its name, id or the begin of it. */
export async function container(
  containers: Containers,
  { id }: Readonly<Record<string, string>>,
  now: number,
): Promise<PageContent> {
  if (id === undefined || id === '')
    throw new PouchError('PCH_BAD_REQUEST', 'expected the name or id of a container as `id`', {
      hint: 'open it from the page Containers',
    });
  const record = containers.inspect(id);
  return {
    title: `Container ${cut(record.name || record.id.slice(0, 12))}`,
    blocks: [
      ...problemsOf(record),
      { kind: 'facts', facts: factsOf(record, now) },
      mounts(record),
      networks(record),
      await part('Effects on the host', partMs, () => effects(containers, record)),
      // Its values are masked, which those of the record are not.
      await part('Who set what', partMs, () => blame(containers, record)),
    ],
  };
}

function problemsOf({ damage, state, degraded, warnings }: ContainerRecord): PageBlock[] {
  const problems = [
    ...(damage ? [`${damage.problem}: ${damage.hint}`] : []),
    ...(state.error === '' ? [] : [state.error]),
  ];
  const others = [
    ...degraded.map(
      ({ plugin, hook, message }) => `Degraded: without plugin ${plugin} (${hook}): ${message}`,
    ),
    ...warnings,
  ];
  return [
    ...problems.map((message) => problem(message, 'problem')),
    ...others.slice(0, 20).map((message) => problem(message, 'warning')),
  ];
}

/** Fields are named as the users of `pouch` know them. */
function problem(message: string, state: 'problem' | 'warning'): PageBlock {
  return { kind: 'text', text: cut(inNamesOf({ names: 'pouch' }, message), 2000), state };
}

function factsOf(record: ContainerRecord, now: number) {
  const { id, request, draft, state, createdAt, restartCount } = record;
  return facts({
    Id: id,
    Image: cut(request.image),
    State: stateOf(record),
    For: age(sinceOf(record), now),
    Mode: modeOf(record),
    Runtime: draft.runtime,
    'Process id': state.pid === 0 ? '' : state.pid,
    'Host name': cut(draft.hostname),
    User: cut(draft.process.user),
    'Working directory': cut(draft.process.cwd),
    'Root file system': draft.rootfs.readonly ? 'read-only' : 'writable',
    Created: time(createdAt),
    Started: time(state.startedAt),
    Finished: time(state.finishedAt),
    Restarts: restartCount,
  });
}

function mounts({ draft }: ContainerRecord): PageBlock {
  return table({
    title: 'Mounts',
    columns: ['Path', 'Type', 'Source', 'Options'],
    rows: Object.entries(draft.mounts).map(([path, { type, source, options }]) =>
      [path, type, source, options.join(',')].map((text) => cut(text)),
    ),
  });
}

function networks(record: ContainerRecord): PageBlock {
  const attached = networkAttachments(record);
  if (attached.length === 0)
    return { kind: 'facts', title: 'Network', facts: facts({ Mode: record.draft.network.mode }) };
  return table({
    title: 'Network',
    columns: ['Network', 'Interface', 'Address', 'Gateway', 'MAC', 'Ports'],
    rows: attached.map(
      ({ network, interface: name, ip = '', prefixLength, gateway = '', mac = '' }, index) => [
        network,
        name,
        prefixLength === undefined ? ip : `${ip}/${prefixLength}`,
        gateway,
        mac,
        index === 0 ? cut(portsOf(record).join(', ')) : '',
      ],
    ),
  });
}

async function effects(containers: Containers, { id }: ContainerRecord): Promise<PageBlock> {
  const rows = (await containers.effects(id)).map(
    ({ key, stage, state, plugin = '', sentence }): PageValue[] => [
      cut(key),
      stage,
      state === 'unfinished' ? { text: state, state: 'warning' } : state,
      plugin,
      cut(sentence, 400),
    ],
  );
  return table({
    title: 'Effects on the host',
    columns: ['Effect', 'Stage', 'State', 'Plugin', 'What it does'],
    rows,
  });
}

async function blame(containers: Containers, { id }: ContainerRecord): Promise<PageBlock> {
  const entries = await containers.explain(id);
  return table({
    title: 'Who set what',
    columns: ['Field', 'Plugin', 'Hook', 'Value'],
    rows: entries.map((entry) => [cut(entry.field), entry.plugin, entry.hook, valueOf(entry)]),
  });
}

function valueOf({ action, after }: BlameEntry): string {
  if (action === 'removed') return '(removed)';
  return cut(typeof after === 'string' ? after : (JSON.stringify(after) ?? ''));
}
