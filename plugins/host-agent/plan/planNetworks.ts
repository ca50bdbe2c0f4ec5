import type { ContainerRecord, ContainerRequest, Network, NewNetwork } from '../../../hooks/index.ts';
import type { DeclaredContainer, DeclaredHost, DeclaredNetwork } from '../declare/declared.ts';
import { labels, usersLabels } from '../labels.ts';
import { changesOf } from './changesOf.ts';
import { endpointOptions } from './endpointOptions.ts';
import type { HostState } from './hostState.ts';
import { namesOf } from './planImages.ts';
import type { NetworkStep, NetworkUser, ObjectProblem } from './step.ts';

/**
 * Networks are created, and replaced, as they cannot change: under the declared containers that run on them, and while
 * no other one does.
 * @param ending ids of containers that end before
 */
export function planNetworks(
  { networks: declared, containers }: DeclaredHost,
  { networks, ...state }: HostState,
  ending: ReadonlySet<string>,
): { steps: NetworkStep[]; problems: ObjectProblem[] } {
  const problems: ObjectProblem[] = [];
  const usersOf = (name: string) =>
    state.containers.filter(
      (record) => record.state.status === 'running' && !ending.has(record.id) && uses(record.request, name),
    );
  const steps: NetworkStep[] = [];
  for (const one of declared.values()) {
    const found = networks.find(({ name }) => name === one.name);
    if (!found) steps.push({ kind: 'network', name: one.name, action: 'create', changes: [], declared: one });
    else {
      const changes = changesOf(shapeOf(found, one.network), shapeOf(one.network, one.network), {
        applies: () => 'recreate',
        originOf: (option) => one.originOf(option),
        optionOf: ({ path: [field = '', ...rest] }) => [optionOf[field] ?? field, ...rest],
      });
      // One that was made by hand as it is declared stays its user's.
      if (changes.length > 0 && !isOurs(found)) problems.push(foreign(one));
      else if (changes.length > 0) {
        const users = usersOf(one.name).map((record) => [record, declaredOf(record, containers)] as const);
        const others = users.flatMap(([record, user]) => (user ? [] : [record]));
        steps.push({
          kind: 'network',
          name: one.name,
          action: 'recreate',
          changes,
          declared: one,
          users: users.flatMap(([{ id }, user]) => (user ? [userOf(id, user, one.name)] : [])),
          ...heldBy(
            others,
            'it cannot change, and is replaced',
            'no container runs on it that is not declared',
          ),
        });
      }
    }
  }
  const gone = networks.filter((network) => isOurs(network) && !declared.has(network.name));
  return {
    problems,
    steps: [
      ...steps,
      ...gone.map(({ name }): NetworkStep => {
        // Those that are declared without it leave it before.
        const users = usersOf(name).filter((record) => {
          const wanted = containers.get(record.name);
          return !wanted || uses(wanted.request, name);
        });
        const held = heldBy(users, 'it is no longer declared, and removed', 'no container that runs uses it');
        return { kind: 'network', name, action: 'remove', changes: [], ...held };
      }),
    ],
  };
}

function uses({ network }: ContainerRequest, name: string): boolean {
  return network?.mode === name || (network?.endpoints ?? []).some((endpoint) => endpoint.network === name);
}

/** The declaration of a container that the agent has made. */
function declaredOf({ draft }: ContainerRecord, containers: DeclaredHost['containers']) {
  return containers.get(draft.labels[labels.declared] ?? '');
}

function userOf(id: string, { request: { network } }: DeclaredContainer, name: string): NetworkUser {
  const endpoint = network?.mode === name ? network : network?.endpoints?.find((one) => one.network === name);
  return endpoint ? { id, endpoint: endpointOptions(endpoint) } : { id };
}

function heldBy(users: readonly ContainerRecord[], what: string, once: string): Pick<NetworkStep, 'held'> {
  return users.length === 0 ? {} : { held: `${what} once ${once}: ${namesOf(users)}` };
}

function isOurs(network: Network): boolean {
  return network.labels[labels.declared] === network.name;
}

/** Addresses that the engine has chosen are not compared. */
function shapeOf(network: NewNetwork | Network, declared: NewNetwork) {
  const { driver, internal, attachable, enableIPv6, options } = network;
  return {
    driver,
    internal,
    attachable,
    enableIPv6,
    options: options ?? {},
    labels: usersLabels(network.labels),
    ...(declared.ipam && addressesOf(network, declared)),
  };
}

/** What the file has of the addresses, one list per option. */
function addressesOf({ ipam }: NewNetwork | Network, declared: NewNetwork) {
  const all = ipam?.addresses ?? [];
  const rows = (declared.ipam?.addresses ?? []).map((wanted, index) => ({
    wanted,
    found: all.find(({ subnet }) => subnet === wanted.subnet) ?? all[index],
  }));
  const list = <Key extends 'subnet' | 'ipRange' | 'gateway' | 'reserved'>(key: Key) =>
    rows.flatMap(({ wanted, found }) => (wanted[key] === undefined ? [] : [found?.[key]]));
  return {
    subnet: list('subnet'),
    'ip-range': list('ipRange'),
    gateway: list('gateway'),
    'aux-address': list('reserved'),
  };
}

const optionOf: Readonly<Record<string, string>> = {
  enableIPv6: 'ipv6',
  options: 'opt',
  labels: 'label',
};

function foreign({ name, origin }: DeclaredNetwork): ObjectProblem {
  const where = origin === undefined ? '' : `${origin}: `;
  return {
    kind: 'network',
    name,
    problem: `${where}networks.${name}: a network of this name was made by hand, and differs (remove it, or declare it as it is)`,
  };
}
