/** Networks by their names, and the drivers of the plugins, called with deadlines and checked values. */
import { Type } from '@sinclair/typebox';
import { didYouMean } from '../../config/suggest.ts';
import type { NamedNetwork } from '../../config/types.ts';
import type {
  DefinedNetwork,
  DriverAttachment,
  DriverNetwork,
  NetworkDriver,
  NetworkEffect,
  NetworkEffects,
  NewDriverNetwork,
  PublishedPortAttachment,
} from '../../hooks/contributions/networkDriver.ts';
import { PouchError } from '../../hooks/errors.ts';
import { checkDriverEffects } from '../contract/checkDriverEffects.ts';
import { networkCreateDeadlineMs as createMs, networkDriverDeadlineMs } from '../contract/driverDeadlines.ts';
import { callWithin, checkInput, type Contributing, driverOptions, driversByName } from '../plugins/index.ts';

/** Networks with a driver and options: those of pouchd.yaml, and those that clients have created. */
export type Named = Readonly<Record<string, NamedNetwork & CreatedFacts>>;

/** What a plan must know of a network that has some. */
interface CreatedFacts {
  readonly id?: string;
  readonly internal?: boolean;
}

/** What a plan must know of a network before it is attached. Plain data. */
export interface NetworkFacts {
  readonly name: string;
  readonly driver: string;
  readonly namespace: 'own' | 'host';
  /** Whether ports can be published. */
  readonly ports: boolean;
  readonly isAttached: boolean;
  /** Of its driver. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Of a network on which names resolve: one that a client has created, or of pouchd.yaml. */
  readonly id?: string;
  /** Containers on it reach nothing outside it. */
  readonly internal?: boolean;
}

const noOptions = Type.Object({});

/** By name. */
export const networkDrivers = driversByName(
  'networkDriver',
  (plugin, driver) => new OwnedNetworkDriver(plugin, driver),
);

/** The networks of pouchd.yaml, and the drivers that are networks by themselves. */
export function networksOf(generation: Contributing, named: Named): { name: string; driver: string }[] {
  const own = Object.entries(named).map(([name, { driver }]) => ({ name, driver }));
  const drivers = [...networkDrivers(generation).values()]
    .filter(({ name, isNetwork }) => isNetwork && !Object.hasOwn(named, name))
    .map(({ name }) => ({ name, driver: name }));
  return [...drivers, ...own];
}

/** A network where the built-in plugins are not loaded. */
export function standardNetwork(name: string, driver = name): NetworkFacts {
  const isBridge = !['none', 'host'].includes(name);
  return { name, driver, namespace: name === 'host' ? 'host' : 'own', ports: isBridge, isAttached: isBridge };
}

/** @throws PCH_NETWORK_NOT_FOUND, PCH_NETWORK_DRIVER_UNKNOWN */
export function networkFacts(name: string, generation: Contributing, named: Named): NetworkFacts {
  const { driver, options } = foundNetwork(name, generation, named);
  const { namespace, ports, isAttached } = driver;
  const { id, internal } = Object.hasOwn(named, name) ? named[name]! : {};
  return {
    name,
    driver: driver.name,
    namespace,
    ports,
    isAttached,
    ...(Object.keys(options).length > 0 && { options }),
    ...(id !== undefined && { id }),
    ...(internal && { internal }),
  };
}

/** @throws PCH_NETWORK_NOT_FOUND, PCH_NETWORK_DRIVER_UNKNOWN */
export function foundNetwork(
  name: string,
  generation: Contributing,
  named: Named,
): { driver: OwnedNetworkDriver; options: Readonly<Record<string, unknown>> } {
  const drivers = networkDrivers(generation);
  const own = Object.hasOwn(named, name) ? named[name] : undefined;
  const driver = drivers.get(own?.driver ?? name);
  if (own && !driver) throw driverUnknown(name, own.driver, [...drivers.keys()]);
  if (driver && (own || driver.isNetwork)) return { driver, options: own?.options ?? {} };
  throw networkNotFound(
    name,
    networksOf(generation, named).map((one) => one.name),
  );
}

/** With Docker's words, on which clients match. */
export function networkNotFound(name: string, names: readonly string[]): PouchError {
  return new PouchError('PCH_NETWORK_NOT_FOUND', `network ${name} not found`, {
    field: 'network.mode',
    hint: didYouMean(name, names) ?? `use ${[...names, 'container:NAME'].join(', ')}`,
  });
}

/** The driver of a network that is to be created. @throws PCH_NETWORK_DRIVER_UNKNOWN, PCH_NETWORK_PREDEFINED */
export function driverToCreate(generation: Contributing, name: string): OwnedNetworkDriver {
  const drivers = networkDrivers(generation);
  const driver = drivers.get(name);
  const able = [...drivers.values()].filter(({ takesOptions }) => takesOptions).map((one) => one.name);
  if (!driver)
    throw new PouchError(
      'PCH_NETWORK_DRIVER_UNKNOWN',
      `could not find plugin ${name}: no plugin provides it`,
      {
        hint: didYouMean(name, able) ?? `known are ${able.join(', ')}; \`pouch plugin ls\` lists the plugins`,
      },
    );
  if (driver.takesOptions) return driver;
  throw new PouchError('PCH_NETWORK_PREDEFINED', `only one instance of "${name}" network is allowed`, {
    hint: `use the network ${name}, or another driver: ${able.join(', ')}`,
  });
}

function driverUnknown(network: string, driver: string, known: readonly string[]): PouchError {
  return new PouchError(
    'PCH_NETWORK_DRIVER_UNKNOWN',
    `the network ${network} has the driver "${driver}", which no plugin provides`,
    {
      hint: `known are ${known.join(', ')}; correct network.networks of pouchd.yaml; \`pouch plugin ls\` lists the plugins`,
    },
  );
}

/** A driver, and the plugin that contributes it. */
export class OwnedNetworkDriver {
  readonly plugin: string;
  readonly #driver: NetworkDriver;

  constructor(plugin: string, driver: NetworkDriver) {
    this.plugin = plugin;
    this.#driver = driver;
  }

  get name(): string {
    return this.#driver.name;
  }

  get takesOptions(): boolean {
    return this.#driver.options !== undefined;
  }

  /** Whether it is a network by itself. */
  get isNetwork(): boolean {
    return !this.takesOptions || this.#driver.standing === true;
  }

  get namespace(): 'own' | 'host' {
    return this.#driver.namespace ?? 'own';
  }

  get ports(): boolean {
    return this.#driver.ports ?? false;
  }

  get isAttached(): boolean {
    return this.#driver.attach !== undefined;
  }

  /** Whether ports of a container that runs can change. */
  get publishes(): boolean {
    return this.#driver.publish !== undefined;
  }

  /** @throws PCH_OPTION_INVALID with every mistake in the options, and what the driver refuses with */
  async check(name: string, options: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#call('check', this.#networkOf(name, options));
  }

  /** By the schema alone: nothing is called. @throws PCH_OPTION_INVALID with every mistake */
  checkOptions(name: string, options: Readonly<Record<string, unknown>>): void {
    this.#networkOf(name, options);
  }

  /** The effects that attach a container. */
  async attach({ network, ...attachment }: DriverAttachment): Promise<NetworkEffects> {
    const checked = { ...attachment, network: this.#networkOf(network.name, network.options) };
    const returned = checkDriverEffects((await this.#call('attach', checked)) ?? {}, this.#described);
    if (Object.keys(returned).length > 0 && !Object.hasOwn(returned, 'attach'))
      throw this.#contract(`expected an effect named attach, found ${Object.keys(returned).join(', ')}`);
    if (returned['attach'] && 'stage' in returned['attach'])
      throw this.#contract('expected the effect attach without a stage: it is applied at each start');
    return returned;
  }

  /** The effect that publishes a port in a container that runs. */
  async publish({ network, ...attachment }: PublishedPortAttachment): Promise<NetworkEffect> {
    const checked = { ...attachment, network: this.#networkOf(network.name, network.options) };
    const returned = { publish: await this.#call('publish', checked) };
    return checkDriverEffects(returned, this.#described)['publish']!;
  }

  /** Options and addresses of a network that is to be created. @throws PCH_OPTION_INVALID */
  async define(wanted: NewDriverNetwork): Promise<DefinedNetwork> {
    const { name, options, addresses } = wanted;
    if (!this.#driver.define) {
      if (addresses.length > 0)
        throw new PouchError('PCH_OPTION_INVALID', `the network driver ${this.name} takes no addresses`, {
          hint: 'omit the subnet, and use the options of the driver',
        });
      return { options: driverOptions(this.#driver, options, this.plugin, 'network driver'), addresses: [] };
    }
    const defined = (await this.#call('define', wanted)) as DefinedNetwork;
    return { ...defined, options: { ...this.#networkOf(name, defined.options).options } };
  }

  /** Makes what a network needs on the host. */
  async create(name: string, options: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#call('create', this.#networkOf(name, options), createMs);
  }

  /** Removes what a network has on the host. */
  async remove(name: string, options: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#call('remove', this.#networkOf(name, options), createMs);
  }

  get #described() {
    return {
      name: this.name,
      plugin: this.plugin,
      noun: 'network driver',
      of: 'attachment',
      guide: 'docs/guides/network-drivers.md',
    };
  }

  #contract(problem: string): PouchError {
    return new PouchError('PCH_PLUGIN_CONTRACT', `network driver ${this.name}: ${problem}`, {
      plugin: this.plugin,
      hint: 'docs/guides/network-drivers.md has what a driver returns',
    });
  }

  #networkOf(name: string, given: Readonly<Record<string, unknown>>): DriverNetwork {
    const { options: schema = noOptions } = this.#driver;
    try {
      const options = checkInput(schema, given, {
        plugin: this.plugin,
        code: 'PCH_OPTION_INVALID',
        what: 'option',
      }) as DriverNetwork['options'];
      return { name, options };
    } catch (error) {
      if (!(error instanceof PouchError) || error.code !== 'PCH_OPTION_INVALID') throw error;
      // The administrator is at fault, not the plugin.
      throw new PouchError('PCH_OPTION_INVALID', `network ${name} (driver ${this.name}): ${error.message}`, {
        hint: `correct network.networks.${name}.options of pouchd.yaml; the documentation of the plugin has them`,
      });
    }
  }

  async #call<Action extends 'check' | 'attach' | 'publish' | 'define' | 'create' | 'remove'>(
    action: Action,
    given: object,
    ms = networkDriverDeadlineMs,
  ): Promise<unknown> {
    const what = `${action} of the network driver ${this.name}`;
    const run = this.#driver[action]?.bind(this.#driver) as
      ((given: object, context: { signal: AbortSignal }) => unknown) | undefined;
    if (!run) return undefined;
    return await callWithin({ plugin: this.plugin, what, ms }, async (signal) =>
      run(structuredClone(given), { signal }),
    );
  }
}
