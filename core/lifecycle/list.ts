import type { ContainerFilter, ContainerRecord } from '../../hooks/engine.ts';
import { PouchError } from '../../hooks/errors.ts';
import type { ContainerStore } from '../state/store.ts';
import { networksOf } from './kernel.ts';

type Test = (record: ContainerRecord, value: string, store: ContainerStore) => boolean;

/** Docker's filters; values of one are alternatives, but every label must be there. */
const tests: Record<string, Test> = {
  id: ({ id }, value) => id.startsWith(value),
  name: ({ name }, value) => name.includes(value) || pattern('name', value).test(`/${name}`),
  status: ({ state }, value) => state.status === known('status', statuses, value),
  exited: ({ state }, value) => state.status === 'exited' && state.exitCode === Number(value),
  ancestor: ({ draft }, value) => isAncestor(draft.image, value),
  volume: ({ draft }, value) =>
    Object.entries(draft.mounts).some(
      ([path, { source }]) => path === value || source.includes(`/volumes/${value}/`),
    ),
  network: (record, value) =>
    record.draft.network.mode === value || networksOf(record).some(({ network }) => network === value),
  before: (record, value, store) => record.createdAt < store.find(value).createdAt,
  since: (record, value, store) => record.createdAt > store.find(value).createdAt,
  rich: ({ draft }, value) => String(draft.rich.enabled) === value || draft.rich.mode === value,
};

/** Newest first; only running ones unless `all`, `limit` or a status filter says otherwise. */
export function listContainers(store: ContainerStore, filter: ContainerFilter = {}): ContainerRecord[] {
  const { all = false, limit, filters = {} } = filter;
  const wanted = all || limit !== undefined || 'status' in filters || 'exited' in filters;
  const found = store
    .list()
    .filter((record) => wanted || isUp(record))
    .filter((record) => matches(record, filters, store))
    .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  return limit === undefined ? found : found.slice(0, limit);
}

function isUp({ state }: ContainerRecord): boolean {
  return ['running', 'paused', 'restarting'].includes(state.status);
}

/** @throws PCH_OPTION_INVALID for an unknown filter */
export function matches(
  record: ContainerRecord,
  filters: Record<string, string[]>,
  store: ContainerStore,
): boolean {
  return Object.entries(filters).every(([name, values]) => {
    if (name === 'label') return values.every((value) => hasLabel(record.draft.labels, value));
    const test = tests[name];
    if (!test) throw unknownFilter(name);
    return values.some((value) => test(record, value, store));
  });
}

export function hasLabel(labels: Record<string, string>, wanted: string): boolean {
  const at = wanted.indexOf('=');
  return at < 0 ? wanted in labels : labels[wanted.slice(0, at)] === wanted.slice(at + 1);
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

function known(filter: string, values: string[], value: string): string {
  if (values.includes(value)) return value;
  throw new PouchError(
    'PCH_OPTION_INVALID',
    `filter ${filter}: expected ${values.join(', ')}, found "${value}"`,
    {
      hint: 'mend the filter',
    },
  );
}

/** A long one could be made to take for ever. */
const longestPattern = 200;

function pattern(filter: string, value: string): RegExp {
  try {
    if (value.length <= longestPattern) return new RegExp(value);
  } catch {
    // Told below, with the others.
  }
  throw new PouchError(
    'PCH_OPTION_INVALID',
    `filter ${filter}: expected a regular expression of at most ${longestPattern} characters, found "${value.slice(0, longestPattern)}"`,
    { hint: 'write \\( for a parenthesis that stands for itself' },
  );
}

function unknownFilter(name: string): PouchError {
  return new PouchError('PCH_OPTION_INVALID', `no filter is named "${name}"`, {
    hint: `known are label, ${Object.keys(tests).join(', ')}`,
  });
}
