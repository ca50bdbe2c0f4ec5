/** The `filters` of `GET /networks`. */
import { type Network, PouchError } from '../../../hooks/index.ts';
import { linearPatterns } from '../../../hooks/linearPatterns.ts';
import { dockerDriver } from './container/networks.ts';
import { checkFilterNames, flag } from './prune.ts';

type Filters = Record<string, string[]>;
type Test = (network: Network, value: string) => boolean;

const tests: Readonly<Record<string, Test>> = {
  id: ({ id }, value) => id.includes(value),
  driver: ({ driver }, value) => dockerDriver(driver) === value,
  label: ({ labels }, value) => hasLabel(labels, value),
  scope: (_network, value) => value === 'local',
  type: ({ predefined }, value) => (value === 'builtin') === predefined,
};

/**
 * Values of one filter are alternatives, but every label must match.
 * @param isUsed whether a container runs on it
 * @throws PCH_OPTION_INVALID
 */
export function networkFilter(
  filters: Filters,
  isUsed: (network: Network) => boolean,
): (network: Network) => boolean {
  checkFilterNames(filters, ['name', ...Object.keys(tests), 'dangling']);
  const wrong = filters['type']?.find((value) => value !== 'builtin' && value !== 'custom');
  if (wrong !== undefined)
    throw new PouchError('PCH_OPTION_INVALID', `invalid filter 'type=${wrong}'`, {
      hint: 'use builtin or custom',
    });
  const isDangling = filters['dangling']?.length ? flag(filters, 'dangling', false) : undefined;
  const isNamed = filters['name']?.length ? linearPatterns('filter name', filters['name']) : () => true;
  return (network) =>
    isNamed(network.name) &&
    Object.entries(tests).every(([name, test]) => matches(network, test, name, filters[name])) &&
    (isDangling === undefined || isDangling === (!network.predefined && !isUsed(network)));
}

function matches(network: Network, test: Test, name: string, values: readonly string[] = []): boolean {
  if (values.length === 0) return true;
  const holds = (value: string) => test(network, value);
  return name === 'label' ? values.every(holds) : values.some(holds);
}

function hasLabel(labels: Record<string, string>, value: string): boolean {
  const mark = value.indexOf('=');
  if (mark < 0) return Object.hasOwn(labels, value);
  return labels[value.slice(0, mark)] === value.slice(mark + 1);
}
