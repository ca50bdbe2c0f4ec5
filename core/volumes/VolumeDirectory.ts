/** The volumes on disk: a directory under ROOT/volumes each, with its data and its record. */
import { basename, dirname, join } from 'node:path';
import type { Volume } from '../../hooks/engine.ts';
import { hasCode, type PouchError } from '../../hooks/errors.ts';
import type { FileText, FileWorkers } from '../files/index.ts';
import type { Stored } from '../state/stored.ts';
import type { DriverLookup } from './driverLookup.ts';
import { driverMissing, type VolumeSource } from './VolumeDrivers.ts';
import { driverNameOf, recordName, storedIn, type StoredVolume, volumeText } from './volumeRecord.ts';

const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,127}$/;

/** Generated names of anonymous volumes. */
const generatedName = /^[0-9a-f]{64}$/;

/** Bytes; records are much smaller. */
const recordLimit = 1024 * 1024;

/** File workers access volumes, which may be on a file system that hangs. */
export type VolumeFiles = Pick<
  FileWorkers,
  'list' | 'readFiles' | 'createVolume' | 'removeVolume' | 'treeUsage'
>;

export function isVolumeName(name: string): boolean {
  return namePattern.test(name);
}

/** Reads and writes volumes; the caller has their locks. */
export class VolumeDirectory {
  readonly #directory: string;
  readonly #files: VolumeFiles;
  readonly #drivers: Pick<DriverLookup, 'find'>;

  constructor(root: string, files: VolumeFiles, drivers: Pick<DriverLookup, 'find'>) {
    this.#directory = join(root, 'volumes');
    this.#files = files;
    this.#drivers = drivers;
  }

  /** Returns the path of a volume's data, whether the volume exists or not. */
  pathOf(name: string): string {
    return join(this.#directory, name, '_data');
  }

  /** Returns the path of a volume's record. */
  recordOf(name: string): string {
    return join(this.#directory, name, recordName);
  }

  /** Returns what its driver gets. */
  sourceOf(name: string, { options = {} }: Pick<StoredVolume, 'options'>): VolumeSource {
    return { name, options, mountpoint: this.pathOf(name) };
  }

  /** Damaged volumes and unfinished ones too. Directories that hang count as damaged. */
  async list(): Promise<Volume[]> {
    const found = (await this.#files.list(this.#directory, 'the volumes')) ?? [];
    const names = found.filter(isVolumeName);
    const records = await this.#records(names);
    const volumes = await Promise.all(names.map((name, i) => this.#volumeOrDamage(name, records[i])));
    return volumes.filter((volume) => volume !== undefined);
  }

  /** Reads its record. @throws PCH_FILE_TIMEOUT */
  async stored(name: string): Promise<Stored<StoredVolume>> {
    return storedIn((await this.#records([name]))[0]);
  }

  /** Undefined for a volume that does not exist, or whose create was cut off before it had any data. */
  async read(name: string): Promise<Volume | undefined> {
    if (!isVolumeName(name)) return undefined;
    return await this.#volume(name, await this.stored(name));
  }

  async hasData(name: string): Promise<boolean> {
    return ((await this.#files.list(this.pathOf(name), whatIs(name))) ?? []).length > 0;
  }

  /** Bytes of its data on the disk. @throws PCH_FILE_TIMEOUT */
  async usage(name: string): Promise<number> {
    return await this.#files.treeUsage(this.pathOf(name), whatIs(name));
  }

  /** Creates the directories of a volume that has none, and writes its record. */
  async write(name: string, stored: StoredVolume): Promise<void> {
    const record = { path: this.recordOf(name), content: volumeText(stored) };
    await this.#files.createVolume({ ...this.#placesOf(name), record }, whatIs(name));
  }

  /** Removes a volume with its data. */
  async remove(name: string): Promise<void> {
    await this.#files.removeVolume({ ...this.#placesOf(name), record: this.recordOf(name) }, whatIs(name));
  }

  damaged(name: string, damage: string): Volume {
    const unknown = { createdAt: '', labels: {}, anonymous: false, driver: driverNameOf({}), options: {} };
    return { name, mountpoint: this.pathOf(name), ...unknown, damage };
  }

  /** Reads the records of volumes. */
  async #records(names: readonly string[]): Promise<(FileText | PouchError | undefined)[]> {
    const whatOf = (path: string) => whatIs(basename(dirname(path)));
    const paths = names.map((name) => this.recordOf(name));
    const found = await this.#files.readFiles(paths, recordLimit, whatOf);
    return paths.map((path) => found.get(path));
  }

  async #volume(name: string, read: Stored<StoredVolume>): Promise<Volume | undefined> {
    const mountpoint = this.pathOf(name);
    if (read.state === 'sound') {
      const { anonymous = generatedName.test(name), options = {}, ...stored } = read.value;
      const volume = { name, mountpoint, ...stored, anonymous, driver: driverNameOf(stored), options };
      return { ...volume, ...this.#problemOf(volume) };
    }
    // An empty volume without a record comes from an interrupted create.
    if (read.state === 'missing' && !(await this.hasData(name))) return undefined;
    return this.damaged(name, read.problem);
  }

  /** Without a call of the driver, which may hang. */
  #problemOf({ name, driver, unfinished }: Volume): Pick<Volume, 'problem'> {
    if (!this.#drivers.find(driver)) return { problem: driverMissing(name, driver).message };
    if (unfinished === undefined) return {};
    return { problem: `its ${unfinished} by the driver ${driver} is unfinished: pouch volume rm ${name}` };
  }

  /** A volume that does not respond does not hide the others. */
  async #volumeOrDamage(name: string, record: FileText | PouchError | undefined) {
    try {
      return await this.#volume(name, storedIn(record));
    } catch (error) {
      if (!hasCode(error, 'PCH_FILE_TIMEOUT')) throw error;
      return this.damaged(name, error.message);
    }
  }

  #placesOf(name: string): { directory: string; data: string } {
    return { directory: join(this.#directory, name), data: this.pathOf(name) };
  }
}

/** Names a volume in error messages. */
function whatIs(name: string): string {
  return `the volume ${name}`;
}
