/** The volume drivers of the plugins, called with deadlines and checked values. */
import type { DriverVolume, VolumeDriver, VolumeEffects } from '../../hooks/contributions/volumeDriver.ts';
import { PouchError } from '../../hooks/errors.ts';
import type { VolumeAction } from '../../hooks/processProtocol.ts';
import { driverDeadlineMs } from '../contract/driverDeadlines.ts';
import { callWithin, type Contributing, driverOptions, driversByName } from '../plugins/index.ts';
import { checkDriverEffects, checkDriverStatus } from '../contract/checkDriverEffects.ts';

/** Keeps the data in the volume's own directory. */
export const localDriver = 'local';

/** A volume by what its driver must know. */
export interface VolumeSource {
  readonly name: string;
  /** As the client wrote them. */
  readonly options: Readonly<Record<string, string>>;
  readonly mountpoint: string;
}

/** Each volume of a list asks for its own. */
export const volumeDrivers = driversByName(
  'volumeDriver',
  (plugin, driver) => new OwnedVolumeDriver(plugin, driver),
);

/** @throws PCH_VOLUME_DRIVER_UNKNOWN */
export function knownDriver(generation: Contributing, name: string): OwnedVolumeDriver {
  const drivers = volumeDrivers(generation);
  const found = drivers.get(name);
  if (found) return found;
  throw new PouchError('PCH_VOLUME_DRIVER_UNKNOWN', `no plugin provides the volume driver "${name}"`, {
    hint: `known are ${[...drivers.keys()].join(', ')}; \`pouch plugin ls\` lists the plugins`,
  });
}

/** A volume that exists has lost its driver. */
export function driverMissing(volume: string, driver: string): PouchError {
  return new PouchError(
    'PCH_VOLUME_DRIVER_MISSING',
    `the volume ${volume} has the driver ${driver}, which no plugin provides`,
    {
      hint: `add the plugin to pouchd.yaml again; \`pouch volume rm -f ${volume}\` removes what Pouch has of the volume`,
    },
  );
}

/** A driver, and the plugin that contributes it. */
export class OwnedVolumeDriver {
  readonly plugin: string;
  readonly #driver: VolumeDriver;

  constructor(plugin: string, driver: VolumeDriver) {
    this.plugin = plugin;
    this.#driver = driver;
  }

  readonly noun = 'volume driver';
  readonly of = 'volume';
  readonly guide = 'docs/guides/volume-drivers.md';

  get name(): string {
    return this.#driver.name;
  }

  /** Whether a volume has something beside its directory that must be created. */
  get creates(): boolean {
    return this.#driver.create !== undefined;
  }

  get removes(): boolean {
    return this.#driver.remove !== undefined;
  }

  /** @throws PCH_OPTION_INVALID with every mistake in the options, and what the driver refuses with */
  async check(source: VolumeSource): Promise<void> {
    const volume = this.#volumeOf(source);
    await this.#call('check', volume);
    await this.#effectsOf(volume);
  }

  /** Of a container that uses the volume. */
  async effects(source: VolumeSource): Promise<VolumeEffects> {
    return await this.#effectsOf(this.#volumeOf(source));
  }

  async create(source: VolumeSource): Promise<void> {
    await this.#call('create', this.#volumeOf(source));
  }

  async remove(source: VolumeSource): Promise<void> {
    await this.#call('remove', this.#volumeOf(source));
  }

  /** Undefined if the driver has none. */
  async status(source: VolumeSource): Promise<Record<string, unknown> | undefined> {
    if (!this.#driver.status) return undefined;
    return checkDriverStatus(await this.#call('status', this.#volumeOf(source)), this);
  }

  async #effectsOf(volume: DriverVolume): Promise<VolumeEffects> {
    return checkDriverEffects((await this.#call('effects', volume)) ?? {}, this);
  }

  #volumeOf({ name, options, mountpoint }: VolumeSource): DriverVolume {
    return { name, options: driverOptions(this.#driver, options, this.plugin), mountpoint };
  }

  async #call(action: VolumeAction, volume: DriverVolume): Promise<unknown> {
    const driver = this.#driver;
    const what = `${action} of the volume driver ${driver.name}`;
    const call = { plugin: this.plugin, what, ms: driverDeadlineMs(driver, action) };
    return await callWithin(call, async (signal) => driver[action]?.(structuredClone(volume), { signal }));
  }
}
