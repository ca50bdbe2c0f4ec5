/** Operations on volumes: directories under ROOT/volumes that outlive containers. */
import { randomBytes } from 'node:crypto';
import type {
  ContainerRecord,
  NewVolume,
  PrunedVolumes,
  Volume,
  VolumePruneFilter,
  Volumes,
} from '../../hooks/engine.ts';
import { messageOf, PouchError } from '../../hooks/errors.ts';
import type { BlameEntry } from '../../hooks/plan.ts';
import type { VolumeDraft, VolumeRemoval } from '../../hooks/points/volume.ts';
import { mountOn } from '../host/mountinfo.ts';
import { changedMap } from '../state/changedMap.ts';
import { KeyedLocks } from '../state/KeyedLocks.ts';
import { passes } from '../state/labels.ts';
import { isDiskFull } from '../state/reserve.ts';
import type { Stored } from '../state/stored.ts';
import { type DriverLookup, directoriesOnly } from './driverLookup.ts';
import { isVolumeName, VolumeDirectory, type VolumeFiles } from './VolumeDirectory.ts';
import { driverMissing, localDriver, type OwnedVolumeDriver, type VolumeSource } from './VolumeDrivers.ts';
import { driverNameOf, type StoredVolume } from './volumeRecord.ts';

/** The label with which Docker marks volumes that were created without a name. */
const anonymousLabel = 'com.docker.volume.anonymous';

/** The hook points of the store's operations. */
export interface VolumeHooks {
  preCreate(draft: VolumeDraft): Promise<{ draft: VolumeDraft; blame: BlameEntry[] }>;
  /** Rejects to refuse the removal. */
  preRemove(removal: VolumeRemoval): Promise<void>;
  /** A volume was created or removed. */
  emit(action: 'create' | 'destroy', name: string, driver: string): void;
}

const noHooks: VolumeHooks = {
  preCreate: (draft) => Promise.resolve({ draft, blame: [] }),
  preRemove: () => Promise.resolve(),
  emit: () => undefined,
};

/** A volume that is to be created, unless it exists. */
type Wanted = Omit<NewVolume, 'name'> & { anonymous?: boolean };

/** What a create writes, and the driver that creates the rest. */
interface PlannedVolume {
  stored: StoredVolume;
  driver: OwnedVolumeDriver;
}

export class VolumeStore implements Volumes {
  readonly #onDisk: VolumeDirectory;
  /** Returns the containers that may use volumes. */
  readonly #containers: () => ContainerRecord[];
  readonly #hooks: VolumeHooks;
  readonly #drivers: DriverLookup;
  /** Locks by volume: an unused volume must not come into use before it is removed. */
  readonly #locks = new KeyedLocks();

  constructor(
    root: string,
    files: VolumeFiles,
    containers: () => ContainerRecord[],
    hooks: VolumeHooks = noHooks,
    drivers: DriverLookup = directoriesOnly,
  ) {
    this.#onDisk = new VolumeDirectory(root, files, drivers);
    this.#containers = containers;
    this.#hooks = hooks;
    this.#drivers = drivers;
  }

  /** Returns the path of a volume's data, whether the volume exists or not. */
  pathOf(name: string): string {
    return this.#onDisk.pathOf(name);
  }

  async list(): Promise<Volume[]> {
    return await this.#onDisk.list();
  }

  /** Driver and options of a volume; undefined if it does not exist, or has to be created anew. */
  async sourceOf(name: string): Promise<(VolumeSource & { driver: string }) | undefined> {
    if (!isVolumeName(name)) return undefined;
    const stored = await this.#onDisk.stored(name);
    if (stored.state !== 'sound' || stored.value.unfinished) return undefined;
    const driver = driverNameOf(stored.value);
    return { ...this.#onDisk.sourceOf(name, stored.value), driver };
  }

  /** Creates a volume unless it exists. Resolves to whether it was created. @throws PCH_CONFLICT for another driver */
  async ensure(name: string, volume: Wanted = {}): Promise<{ created: boolean }> {
    checkName(name);
    return await this.#locked(name, 'create', () => this.#ensureLocked(name, volume));
  }

  /** Rejects as `ensure` would, and creates nothing. */
  async checkEnsure(name: string, volume: Wanted = {}): Promise<void> {
    checkName(name);
    await this.#planned(name, volume);
  }

  /** The volume that is to be created; undefined if it exists. Runs the taps of volume.preCreate. */
  async #planned(
    name: string,
    { labels = {}, anonymous = false, driver: wanted, options = {} }: Wanted,
  ): Promise<PlannedVolume | undefined> {
    const found = await this.#onDisk.stored(name);
    if (found.state === 'sound' && !found.value.unfinished) refuseOther(name, found.value, wanted);
    // Data without volume.json gets a new one. A damaged volume.json stays, so that the user can restore it.
    if (found.state !== 'missing' && !isUnfinished(found)) return undefined;
    const isAnonymous = anonymous || anonymousLabel in labels;
    const driver = this.#drivers.known(driverNameOf({ driver: wanted }));
    if (driver.creates && found.state === 'missing') await this.#refuseLost(name, found.problem);
    const { draft, blame } = await this.#hooks.preCreate({
      name,
      anonymous: isAnonymous,
      labels,
      driver: driver.name,
      options,
    });
    await driver.check(this.#onDisk.sourceOf(name, { options }));
    const stored = {
      createdAt: new Date().toISOString(),
      labels: anonymous ? { ...draft.labels, [anonymousLabel]: '' } : draft.labels,
      anonymous: isAnonymous,
      ...(driver.name !== driverNameOf({}) && { driver: driver.name }),
      ...(Object.keys(options).length > 0 && { options }),
      ...(blame.length > 0 && { blame }),
    };
    return { stored, driver };
  }

  /** A create that fails would delete the data. */
  async #refuseLost(name: string, problem: string): Promise<void> {
    if (await this.#onDisk.hasData(name))
      refuseDamaged(this.#onDisk.damaged(name, problem), this.#onDisk.recordOf(name));
  }

  async #ensureLocked(name: string, volume: Wanted) {
    await this.#settleLocked(name);
    const planned = await this.#planned(name, volume);
    if (!planned) return { created: false };
    await this.#createLocked(name, planned);
    this.#hooks.emit('create', name, planned.driver.name);
    return { created: true };
  }

  /** The record says that the create is unfinished until the driver has done its part. */
  async #createLocked(name: string, { stored, driver }: PlannedVolume): Promise<void> {
    if (!driver.creates) return await this.#onDisk.write(name, stored);
    const unfinished: StoredVolume = { ...stored, unfinished: 'create' };
    await this.#onDisk.write(name, unfinished);
    try {
      await driver.create(this.#onDisk.sourceOf(name, stored));
      await this.#onDisk.write(name, stored);
    } catch (error) {
      await this.#undoCreate(name, unfinished);
      throw error;
    }
  }

  /** What cannot be undone stays listed as unfinished: the next create, `rm` or daemon tries again. */
  async #undoCreate(name: string, unfinished: StoredVolume): Promise<void> {
    await this.#finishRemoval(name, unfinished).catch((error: unknown) => {
      this.#drivers.log.warn('a volume that was not created cannot be undone', {
        volume: name,
        error: messageOf(error),
      });
    });
  }

  /** Undoes a create or finishes a removal that was cut off. */
  async #settleLocked(name: string): Promise<void> {
    const found = await this.#onDisk.stored(name);
    if (isUnfinished(found)) await this.#finishRemoval(name, found.value);
  }

  /** The same for every volume, when the daemon starts; those that fail stay as they are. */
  async recover(): Promise<void> {
    const unfinished = (await this.#onDisk.list()).filter((volume) => volume.unfinished !== undefined);
    for (const { name } of unfinished)
      await this.#locked(name, 'recover', () => this.#settleLocked(name)).catch((error: unknown) => {
        this.#drivers.log.warn('a volume is unfinished', { volume: name, error: messageOf(error) });
      });
  }

  /** One operation of a volume at a time, on one generation of the plugins. */
  async #locked<T>(name: string, verb: string, work: () => Promise<T>): Promise<T> {
    return await this.#drivers.use(() => this.#locks.run(name, verb, work));
  }

  async create({ name, ...volume }: NewVolume): Promise<Volume> {
    const named = name ?? randomBytes(32).toString('hex');
    await this.ensure(named, { ...volume, anonymous: name === undefined });
    return await this.#find(named);
  }

  async inspect(name: string): Promise<Volume> {
    const volume = await this.#find(name);
    if (volume.damage !== undefined || volume.problem !== undefined) return volume;
    return { ...volume, ...(await this.#statusOf(volume)) };
  }

  async #find(name: string): Promise<Volume> {
    const volume = await this.#onDisk.read(name);
    if (volume) return volume;
    throw new PouchError('PCH_VOLUME_NOT_FOUND', `No such volume: ${name}`, {
      hint: '`pouch volume ls` lists all volumes',
    });
  }

  /** A driver that fails or hangs does not hide the volume. */
  async #statusOf({ name, driver, options }: Volume): Promise<Pick<Volume, 'status' | 'problem'>> {
    try {
      const source = this.#onDisk.sourceOf(name, { options });
      const status = await this.#drivers.use(async () => this.#drivers.find(driver)?.status(source));
      return status ? { status } : {};
    } catch (error) {
      return { problem: messageOf(error) };
    }
  }

  async setLabels(name: string, labels: Record<string, string | undefined>): Promise<void> {
    refuseDamaged(await this.#find(name), this.#onDisk.recordOf(name));
    await this.#locked(name, 'label', async () => {
      const found = await this.#onDisk.stored(name);
      if (found.state !== 'sound' || found.value.unfinished !== undefined) return;
      await this.#onDisk.write(name, { ...found.value, labels: changedMap(found.value.labels, labels) });
    });
  }

  /** @param force ignores a driver that is gone or fails: what Pouch has of the volume is removed */
  async remove(name: string, { force = false }: { force?: boolean } = {}): Promise<void> {
    if (!force) refuseDamaged(await this.#find(name), this.#onDisk.recordOf(name));
    checkName(name);
    await this.#locked(name, 'remove', async () => {
      const users = this.#usersOf(name);
      if (users.length > 0)
        throw new PouchError('PCH_CONFLICT', `the volume ${name} is in use by ${users.join(', ')}`, {
          hint: 'remove these containers first',
        });
      const volume = await this.#onDisk.read(name);
      if (volume) await this.#askTaps(volume);
      await this.#removeLocked(name, { force });
    });
  }

  /**
   * Removes a volume even if containers use it; succeeds if it does not exist. A driver that is gone or fails does not
   * keep a container: its volume stays listed.
   */
  async discard(name: string): Promise<void> {
    checkName(name);
    await this.#locked(name, 'remove', async () => {
      const stored = await this.#onDisk.stored(name);
      const isPlain = stored.state !== 'sound' || stored.value.driver === undefined;
      if (isPlain) return await this.#removeLocked(name);
      await this.#removeLocked(name).catch((error: unknown) => {
        this.#drivers.log.warn('the volume of a removed container stays', {
          volume: name,
          error: messageOf(error),
        });
      });
    });
  }

  async usage(name: string): Promise<number | undefined> {
    return await this.#usageOf(await this.#find(name));
  }

  /** What a driver mounts while containers use the volume is not data of this host. */
  async #usageOf({ name, driver, options }: Volume): Promise<number | undefined> {
    if (driver !== localDriver || Object.keys(options).length > 0) return undefined;
    return await this.#onDisk.usage(name).catch(() => undefined);
  }

  async prune({ all = false, ...filter }: VolumePruneFilter = {}): Promise<PrunedVolumes> {
    const removed: string[] = [];
    let reclaimed = 0;
    for (const volume of await this.#onDisk.list()) {
      if (volume.damage !== undefined) continue;
      if (!(all || volume.anonymous) || !passes(filter, volume)) continue;
      const bytes = await this.#usageOf(volume);
      if (!(await this.#discardUnused(volume))) continue;
      removed.push(volume.name);
      reclaimed += bytes ?? 0;
    }
    return { removed, reclaimed };
  }

  /** Returns false for a volume that is in use, or that a tap or its driver keeps. */
  async #discardUnused(volume: Volume): Promise<boolean> {
    return await this.#locked(volume.name, 'remove', async () => {
      if (this.#usersOf(volume.name).length > 0) return false;
      const isAllowed = await this.#askTaps(volume).then(
        () => true,
        () => false,
      );
      return isAllowed && (await this.#pruned(volume));
    });
  }

  /** A driver that fails does not keep other volumes from being pruned. */
  async #pruned({ name, driver }: Volume): Promise<boolean> {
    try {
      await this.#removeLocked(name);
      return true;
    } catch (error) {
      if (driver === driverNameOf({})) throw error;
      this.#drivers.log.warn('a volume is not pruned', { volume: name, error: messageOf(error) });
      return false;
    }
  }

  async #askTaps({ name, mountpoint, labels, anonymous, driver, options, damage }: Volume): Promise<void> {
    await this.#hooks.preRemove({
      name,
      mountpoint,
      labels,
      anonymous,
      driver,
      options,
      ...(damage !== undefined && { damage }),
    });
  }

  async #removeLocked(name: string, { force = false } = {}): Promise<void> {
    const stored = await this.#onDisk.stored(name);
    if (stored.state === 'sound' && mayMount(stored.value)) await this.#refuseMounted(name);
    if (stored.state === 'sound') await this.#finishRemoval(name, stored.value, { force });
    else await this.#onDisk.remove(name);
    const driver = stored.state === 'sound' ? driverNameOf(stored.value) : driverNameOf({});
    if (stored.state !== 'missing') this.#hooks.emit('destroy', name, driver);
  }

  /** The driver's part first: while it fails, the volume is listed as unfinished. */
  async #finishRemoval(name: string, stored: StoredVolume, { force = false } = {}): Promise<void> {
    try {
      const driver = this.#drivers.find(driverNameOf(stored));
      if (!driver) throw driverMissing(name, driverNameOf(stored));
      if (driver.removes) {
        // A full disk must not keep what is removed.
        if (!stored.unfinished)
          await this.#onDisk.write(name, { ...stored, unfinished: 'remove' }).catch(unlessDiskFull);
        await driver.remove(this.#onDisk.sourceOf(name, stored));
      }
    } catch (error) {
      if (!force) throw error;
      this.#drivers.log.warn('a volume is removed without its driver', {
        volume: name,
        error: messageOf(error),
      });
    }
    await this.#onDisk.remove(name);
  }

  /** Data that a driver has mounted is not Pouch's to delete. */
  async #refuseMounted(name: string): Promise<void> {
    const path = this.#onDisk.pathOf(name);
    const mount = mountOn(path, await this.#drivers.mountinfo());
    if (!mount) return;
    throw new PouchError(
      'PCH_CONFLICT',
      `${mount.source} (${mount.type}) is still mounted on the volume ${name}`,
      { hint: `umount ${path}, then remove the volume` },
    );
  }

  #usersOf(name: string): string[] {
    const path = this.#onDisk.pathOf(name);
    const uses = ({ draft }: ContainerRecord) =>
      Object.values(draft.mounts).some(({ source }) => source === path);
    return this.#containers()
      .filter((record) => record.damage?.usesUnknown === true || uses(record))
      .map((record) => (record.damage ? `${record.name} (damaged)` : record.name));
  }
}

function isUnfinished(found: Stored<StoredVolume>): found is { state: 'sound'; value: StoredVolume } {
  return found.state === 'sound' && found.value.unfinished !== undefined;
}

/** Whether its driver may mount something on it. */
function mayMount({ driver, options }: StoredVolume): boolean {
  return driver !== undefined || options !== undefined;
}

function unlessDiskFull(error: unknown): void {
  if (!isDiskFull(error)) throw error;
}

/** As dockerd does; a client that names no driver takes what exists. */
function refuseOther(name: string, found: StoredVolume, wanted: string | undefined): void {
  const driver = driverNameOf(found);
  if (wanted === undefined || wanted === driver) return;
  throw new PouchError(
    'PCH_CONFLICT',
    `volume name must be unique: the volume ${name} has the driver ${driver}, not ${wanted}`,
    { hint: 'choose another name, or omit the driver' },
  );
}

function refuseDamaged({ name, damage }: Volume, path: string): void {
  if (damage === undefined) return;
  throw new PouchError('PCH_VOLUME_DAMAGED', `the volume ${name} is damaged: ${damage}`, {
    hint: `restore ${path} from a backup, or remove the volume and its data: pouch volume rm -f ${name}`,
  });
}

function checkName(name: string): void {
  if (isVolumeName(name)) return;
  throw new PouchError(
    'PCH_OPTION_INVALID',
    `invalid volume name "${name}": expected 2 to 128 letters, digits, "_", "." and "-", beginning with a letter or digit`,
    {
      hint: 'use another name',
    },
  );
}
