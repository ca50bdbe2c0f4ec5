/** The networks: predefined ones, and those that clients create, which outlive the daemon. */
import { randomBytes } from 'node:crypto';
import type { NamedNetwork } from '../../config/types.ts';
import type { Logger } from '../../hooks/defineHook.ts';
import type {
  ContainerRecord,
  NewEvent,
  Network,
  Networks,
  NewNetwork,
  PruneFilter,
} from '../../hooks/engine.ts';
import { messageOf, PouchError } from '../../hooks/errors.ts';
import { predefinedNetworkId } from '../../hooks/networkIds.ts';
import type { Contributing } from '../plugins/index.ts';
import { KeyedLocks } from '../state/KeyedLocks.ts';
import { passes } from '../state/labels.ts';
import { isUp } from '../state/status.ts';
import { NetworkDirectory } from './NetworkDirectory.ts';
import { driverToCreate, type Named, networkDrivers, networkNotFound, networksOf } from './NetworkDrivers.ts';
import type { StoredNetwork } from './networkRecord.ts';

/** What the store needs of the engine. */
export interface NetworkStoreParts {
  readonly root: string;
  readonly log: Logger;
  /** `network.networks` of pouchd.yaml. */
  configured(): Readonly<Record<string, NamedNetwork>>;
  plugins(): Contributing;
  /** Runs work on one generation of the plugins. */
  use<T>(work: () => Promise<T>): Promise<T>;
  /** The containers that may use networks. */
  containers(): ContainerRecord[];
  /** Resolves when no verb of the container is under way. */
  settled(container: string): Promise<void>;
  /** Whether a verb of the container is under way. */
  isBusy(container: string): boolean;
  emit(event: NewEvent): void;
  /** Called around each step of a create or removal; tests kill the daemon here. */
  onStep?(moment: 'before' | 'after', verb: 'network-create' | 'network-remove', step: Step): void;
}

/** The record says what is under way, the driver does its part, the record says that it is done. */
type Step = 'record' | 'driver' | 'commit';

/** Docker's names of networks. */
const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/;

/** Docker resolves no names on it. */
const defaultNetwork = 'bridge';

/** One operation that changes the set of networks at a time: two creates must not choose the same subnet. */
const lock = 'networks';

export class NetworkStore implements Omit<Networks, 'connect' | 'disconnect'> {
  readonly #parts: NetworkStoreParts;
  readonly #onDisk: NetworkDirectory;
  readonly #locks = new KeyedLocks();
  #created = new Map<string, StoredNetwork>();
  /** Networks that are being removed: no container starts on them. */
  readonly #leaving = new Set<string>();

  constructor(parts: NetworkStoreParts) {
    this.#parts = parts;
    this.#onDisk = new NetworkDirectory(parts.root);
  }

  /** To be called before a container is planned or started. */
  async load(): Promise<void> {
    this.#created = await this.#onDisk.load(this.#parts.log);
  }

  /** Finishes what was cut off: an unfinished create is undone, an unfinished removal is repeated. */
  async recover(): Promise<void> {
    const unfinished = [...this.#created].filter(([, { unfinished }]) => unfinished !== undefined);
    for (const [id, { name }] of unfinished)
      await this.#locked(() => this.#removeLocked(id)).catch((error: unknown) => {
        this.#parts.log.warn('a network is unfinished', { network: name, error: messageOf(error) });
      });
  }

  /** Driver and options of each network that has some, by name. */
  named(): Named {
    const created = [...this.#created].map(([id, { name, driver, driverOptions, internal }]) => [
      name,
      { driver, options: driverOptions, id, internal },
    ]);
    const configured = Object.entries(this.#parts.configured()).map(([name, network]) => [
      name,
      // Names resolve on it, but not on one that takes the place of the default network.
      { ...network, ...(name !== defaultNetwork && { id: predefinedNetworkId(name) }) },
    ]);
    return Object.fromEntries([...created, ...configured]) as Named;
  }

  list(): Network[] {
    const configured = this.#parts.configured();
    const predefined = networksOf(this.#parts.plugins(), configured).map(predefinedNetwork);
    const names = new Set(predefined.map(({ name }) => name));
    const created = [...this.#created].map(([id, stored]) => networkOf(id, stored));
    return [...predefined, ...created.filter(({ name }) => !names.has(name))];
  }

  inspect(ref: string): Network {
    const all = this.list();
    const found = all.find(({ name }) => name === ref) ?? all.find(({ id }) => id === ref);
    if (found) return found;
    const [first, ...others] = isPrefix(ref) ? all.filter(({ id }) => id.startsWith(ref)) : [];
    if (!first)
      throw networkNotFound(
        ref,
        all.map(({ name }) => name),
      );
    if (others.length === 0) return first;
    throw new PouchError(
      'PCH_CONFLICT',
      `network ${ref} is ambiguous (${others.length + 1} matches found on ID prefix)`,
      { hint: 'give more characters of the id, or the name' },
    );
  }

  /** The name of a network by its name, id or id prefix; the text itself if no network has it. */
  nameOf(ref: string): string {
    const found = Object.hasOwn(this.named(), ref) ? undefined : this.#byId(ref);
    return found?.name ?? ref;
  }

  /**
   * Refuses the start of a container on networks that are gone. @param ids by name, of its plan
   * @throws PCH_NETWORK_NOT_FOUND, PCH_NETWORK_UNFINISHED
   */
  checkUsable(ids: Readonly<Record<string, string>>): void {
    for (const [name, id] of Object.entries(ids)) {
      // Of pouchd.yaml: its plan has all that it needs.
      if (id === predefinedNetworkId(name)) continue;
      const stored = this.#created.get(id);
      if (!stored || this.#leaving.has(id))
        throw networkNotFound(stored ? name : id, Object.keys(this.named()));
      if (stored.unfinished) throw unfinished(name, stored.unfinished);
    }
  }

  async create(wanted: NewNetwork): Promise<Network> {
    checkName(wanted.name);
    return await this.#locked(async () => {
      this.#refuseTaken(wanted.name);
      const id = randomBytes(32).toString('hex');
      const { stored, create } = await this.#planned(id, wanted);
      const step = this.#stepsOf('network-create');
      await step('record', () => this.#onDisk.write(id, { ...stored, unfinished: 'create' }));
      try {
        await step('driver', create);
        await step('commit', () => this.#onDisk.write(id, stored));
      } catch (error) {
        await this.#undoCreate(id, stored);
        throw error;
      }
      this.#created.set(id, stored);
      this.#emit('create', id, stored);
      return networkOf(id, stored);
    });
  }

  async #planned(
    id: string,
    wanted: NewNetwork,
  ): Promise<{ stored: StoredNetwork; create: () => Promise<void> }> {
    const { name, driver: driverName = 'bridge', options = {}, labels = {}, ipam = {} } = wanted;
    const { internal = false, attachable = false, enableIPv6 = false } = wanted;
    const driver = driverToCreate(this.#parts.plugins(), driverName);
    const { addresses = [] } = ipam;
    const others = this.#subnets();
    const defined = await driver.define({ id, name, options, internal, enableIPv6, addresses, others });
    await driver.check(name, defined.options);
    const isInternal = internal || defined.internal === true;
    const stored = {
      name,
      driver: driverName,
      createdAt: new Date().toISOString(),
      ...{ internal: isInternal, attachable, enableIPv6, options, labels },
      ipam: { driver: ipam.driver || 'default', options: ipam.options ?? {}, addresses: defined.addresses },
      driverOptions: defined.options,
    };
    return { stored, create: () => driver.create(name, defined.options) };
  }

  /** What cannot be undone stays listed as unfinished: `rm` or the next daemon tries again. */
  async #undoCreate(id: string, stored: StoredNetwork): Promise<void> {
    this.#created.set(id, { ...stored, unfinished: 'create' });
    await this.#removeLocked(id).catch((error: unknown) => {
      const { name } = stored;
      this.#parts.log.warn('a network that was not created cannot be undone', {
        network: name,
        error: messageOf(error),
      });
    });
  }

  async remove(ref: string): Promise<void> {
    const { id, name, predefined } = this.inspect(ref);
    if (predefined)
      throw new PouchError(
        'PCH_NETWORK_PREDEFINED',
        `${name} is a pre-defined network and cannot be removed`,
        {
          hint: 'networks of pouchd.yaml are removed there: network.networks',
        },
      );
    await this.#removeUnused(id);
  }

  async prune(filter: PruneFilter = {}): Promise<string[]> {
    const removed: string[] = [];
    for (const network of this.list().filter(({ predefined }) => !predefined))
      if (passes(filter, network) && !this.#isReferred(network.id) && (await this.#pruned(network)))
        removed.push(network.name);
    return removed;
  }

  /** A network that fails does not keep the others. */
  async #pruned({ id, name }: Network): Promise<boolean> {
    try {
      await this.#removeUnused(id);
      return true;
    } catch (error) {
      this.#parts.log.warn('a network is not pruned', { network: name, error: messageOf(error) });
      return false;
    }
  }

  async #removeUnused(id: string): Promise<void> {
    while (!(await this.#locked(() => this.#removedUnlessBusy(id))))
      await Promise.all(this.#busyUsers(id).map((record) => this.#parts.settled(record.id)));
  }

  /** A container that has just ended may still be detached, and one that starts is a user in a moment. */
  #busyUsers(id: string): ContainerRecord[] {
    return this.#users(id).filter((record) => !isUp(record) && this.#parts.isBusy(record.id));
  }

  /** Returns false if it must be tried again. */
  async #removedUnlessBusy(id: string): Promise<boolean> {
    const stored = this.#created.get(id);
    if (!stored) return true;
    const users = this.#users(id).filter(isUp);
    if (users.length > 0) throw inUse(id, stored, users);
    if (this.#busyUsers(id).length > 0) return false;
    await this.#removeLocked(id);
    this.#emit('destroy', id, stored);
    return true;
  }

  /** The driver's part first: while it fails, the network is listed as unfinished. */
  async #removeLocked(id: string): Promise<void> {
    const stored = this.#created.get(id)!;
    this.#leaving.add(id);
    try {
      const step = this.#stepsOf('network-remove');
      if (!stored.unfinished)
        await step('record', () => this.#onDisk.write(id, { ...stored, unfinished: 'remove' }));
      this.#created.set(id, { ...stored, unfinished: stored.unfinished ?? 'remove' });
      const driver = networkDrivers(this.#parts.plugins()).get(stored.driver);
      await step('driver', async () => driver?.remove(stored.name, stored.driverOptions));
      await step('commit', () => this.#onDisk.remove(id));
      this.#created.delete(id);
    } finally {
      this.#leaving.delete(id);
    }
  }

  #stepsOf(verb: 'network-create' | 'network-remove') {
    return async (step: Step, work: () => Promise<void>): Promise<void> => {
      this.#parts.onStep?.('before', verb, step);
      await work();
      this.#parts.onStep?.('after', verb, step);
    };
  }

  #users(id: string): ContainerRecord[] {
    return this.#parts
      .containers()
      .filter(({ draft }) => Object.values(draft.network.ids ?? {}).includes(id));
  }

  /** By any container, whether it runs or not. */
  #isReferred(id: string): boolean {
    return this.#users(id).length > 0;
  }

  #byId(ref: string): Network | undefined {
    if (!isPrefix(ref)) return undefined;
    const [found, ...others] = this.list().filter(({ id }) => id.startsWith(ref));
    return others.length === 0 ? found : undefined;
  }

  #subnets(): { name: string; subnet: string }[] {
    return [...this.#created.values()].flatMap(({ name, ipam }) =>
      ipam.addresses.flatMap(({ subnet }) => (subnet === undefined ? [] : [{ name, subnet }])),
    );
  }

  #refuseTaken(name: string): void {
    const taken = this.list().find((network) => network.name === name);
    if (!taken) return;
    const own = networkDrivers(this.#parts.plugins()).get(name);
    if (taken.predefined && own?.isNetwork)
      throw new PouchError(
        'PCH_NETWORK_PREDEFINED',
        `operation is not permitted on predefined ${name} network`,
        {
          hint: 'choose another name',
        },
      );
    throw new PouchError('PCH_CONFLICT', `network with name ${name} already exists`, {
      hint: `choose another name, or remove that one: pouch network rm ${name}`,
    });
  }

  #emit(action: string, id: string, { name, driver }: Pick<StoredNetwork, 'name' | 'driver'>): void {
    this.#parts.emit({ type: 'network', action, id, attributes: { name, type: driver } });
  }

  async #locked<T>(work: () => Promise<T>): Promise<T> {
    return await this.#parts.use(() => this.#locks.run(lock, 'change', work));
  }
}

function predefinedNetwork({ name, driver }: { name: string; driver: string }): Network {
  return {
    id: predefinedNetworkId(name),
    name,
    driver,
    createdAt: '',
    internal: false,
    attachable: false,
    enableIPv6: false,
    options: {},
    labels: {},
    ipam: { driver: 'default', options: {}, addresses: [] },
    predefined: true,
  };
}

function networkOf(id: string, { driverOptions: _driverOptions, ...stored }: StoredNetwork): Network {
  return { id, ...stored, predefined: false };
}

function isPrefix(ref: string): boolean {
  return /^[0-9a-f]{1,64}$/.test(ref);
}

function checkName(name: string): void {
  if (namePattern.test(name) && name !== 'default') return;
  throw new PouchError('PCH_NAME_INVALID', `invalid network name "${name}"`, {
    hint: 'use 1 to 128 of A-Z a-z 0-9 _ . - beginning with a letter or digit, and not "default"',
  });
}

function inUse(id: string, { name }: StoredNetwork, users: readonly ContainerRecord[]): PouchError {
  const names = users.map((user) => user.name).join(', ');
  return new PouchError(
    'PCH_NETWORK_IN_USE',
    `error while removing network: network ${name} id ${id} has active endpoints: ${names}`,
    { hint: 'stop these containers first, or disconnect them' },
  );
}

function unfinished(name: string, what: 'create' | 'remove'): PouchError {
  return new PouchError('PCH_NETWORK_UNFINISHED', `the ${what} of the network ${name} is unfinished`, {
    hint: `pouch network rm ${name}, and create it again`,
  });
}
