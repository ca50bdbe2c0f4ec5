import type { ContainerFilter, ContainerRecord } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { linearPatterns } from '../../../hooks/linearPatterns.ts';
import { healthOf } from '../../../hooks/readiness.ts';
import { networkAttachments } from '../../../hooks/networkAttachments.ts';
import { hasLabel } from '../../state/labels.ts';
import type { ContainerStore } from '../../state/ContainerStore.ts';
import { isUpOrRestarting } from '../../state/status.ts';

type Test = (record: ContainerRecord, value: string, store: ContainerStore) => boolean;

/** Docker's filters; values of one are alternatives, but every label must be there. */
const tests: Record<string, Test> = {
  id: ({ id }, value) => id.startsWith(value),
  status: ({ state }, value) => state.status === value,
  exited: ({ state }, value) => state.status === 'exited' && state.exitCode === Number(value),
  ancestor: ({ draft }, value) => isAncestor(draft.image, value),
  volume: ({ draft }, value) =>
    Object.entries(draft.mounts).some(
      ([path, { source }]) => path === value || source.includes(`/volumes/${value}/`),
    ),
  network: (record, value) =>
    record.draft.network.mode === value ||
    networkAttachments(record).some(({ network }) => network === value),
  before: (record, value, store) => record.createdAt < store.findAny(value).createdAt,
  since: (record, value, store) => record.createdAt > store.findAny(value).createdAt,
  health: ({ state }, value) => healthOf(state) === value,
  rich: ({ draft }, value) => String(draft.rich.enabled) === value || draft.rich.mode === value,
};

/** Newest first; only running ones unless `all`, `limit` or a status filter says otherwise. */
export function listContainers(store: ContainerStore, filter: ContainerFilter = {}): ContainerRecord[] {
  const { all = false, limit, filters = {} } = filter;
  const { name, ...others } = filters;
  checkFilters(others);
  // Docker compares the name with its slash, and without it.
  const isNamed = name?.length ? linearPatterns('filter name', name) : () => true;
  const wanted = all || limit !== undefined || 'status' in filters || 'exited' in filters;
  const found = [...store.list(), ...store.damaged()]
    .filter((record) => wanted || isListed(record))
    .filter((record) => isNamed(`/${record.name}`) || isNamed(record.name))
    .filter((record) => matches(record, others, store))
    .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  return limit === undefined ? found : found.slice(0, limit);
}

/** A damaged container too, if its task runs. */
function isListed(record: ContainerRecord): boolean {
  return isUpOrRestarting(record) || record.state.pid > 0;
}

/** @throws PCH_OPTION_INVALID for an unknown filter */
function matches(record: ContainerRecord, filters: Record<string, string[]>, store: ContainerStore): boolean {
  return Object.entries(filters).every(([name, values]) => {
    if (name === 'label') return values.every((value) => hasLabel(record.draft.labels, value));
    const test = tests[name];
    if (!test) throw unknownFilter(name);
    return values.some((value) => test(record, value, store));
  });
}

function isAncestor(image: ContainerRecord['draft']['image'], value: string): boolean {
  const id = image.id.replace(/^sha256:/, '');
  return (
    id.startsWith(value.replace(/^sha256:/, '')) ||
    image.reference === value ||
    image.reference.split('/').at(-1) === (value.includes(':') ? value : `${value}:latest`)
  );
}

const statuses = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'];
const healths = ['starting', 'healthy', 'unhealthy', 'none'];

/** Before any record is looked at: a mistake is one also when there are no containers. */
function checkFilters(filters: Record<string, string[]>): void {
  for (const name of Object.keys(filters)) if (name !== 'label' && !tests[name]) throw unknownFilter(name);
  for (const status of filters['status'] ?? [])
    if (!statuses.includes(status)) throw invalidFilter('status', `one of ${statuses.join(', ')}`, status);
  for (const health of filters['health'] ?? [])
    if (!healths.includes(health)) throw invalidFilter('health', `one of ${healths.join(', ')}`, health);
}

function invalidFilter(name: string, expected: string, found: string): PouchError {
  return new PouchError('PCH_OPTION_INVALID', `filter ${name}: expected ${expected}, found "${found}"`, {
    hint: 'fix the filter, or leave it out',
  });
}

function unknownFilter(name: string): PouchError {
  return new PouchError('PCH_OPTION_INVALID', `no filter is named "${name}"`, {
    hint: `known are label, name, ${Object.keys(tests).join(', ')}`,
  });
}
