/** Volumes: directories under ROOT/volumes that outlive containers. */
import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import type { ContainerRecord, Volume, VolumePruneFilter, Volumes } from '../../hooks/engine.ts';
import { hasCode, PouchError } from '../../hooks/errors.ts';
import { flag, map, may, text } from '../../hooks/schema.ts';
import { BlameEntry } from '../../hooks/plan.ts';
import type { VolumeDraft, VolumeRemoval } from '../../hooks/points/volume.ts';
import type { FileText, FileWorkers } from '../files/index.ts';
import { KeyedLocks } from '../state/KeyedLocks.ts';
import { passes } from '../state/labels.ts';
import { parseStored, type Stored, type StoredForm, toStored } from '../state/stored.ts';

const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,127}$/;

/** The label with which Docker marks volumes that were created without a name. */
const anonymousLabel = 'com.docker.volume.anonymous';

/** Generated names of anonymous volumes. */
const generatedName = /^[0-9a-f]{64}$/;

const StoredVolume = Type.Object({
  createdAt: text,
  labels: map(text),
  // Missing in files of older versions: there, a generated name marks an anonymous volume.
  anonymous: may(flag),
  // What plugins changed when it was created.
  blame: may(Type.Array(BlameEntry)),
});
type StoredVolume = Static<typeof StoredVolume>;

const volumeForm: StoredForm<StoredVolume> = { version: 1, schema: StoredVolume };

/** The hook points of the store's operations. */
export interface VolumeHooks {
  preCreate(draft: VolumeDraft): Promise<{ draft: VolumeDraft; blame: BlameEntry[] }>;
  /** Rejects to refuse the removal. */
  preRemove(removal: VolumeRemoval): Promise<void>;
}

const noHooks: VolumeHooks = {
  preCreate: (draft) => Promise.resolve({ draft, blame: [] }),
  preRemove: () => Promise.resolve(),
};

interface NewVolume {
  labels?: Record<string, string>;
  anonymous?: boolean;
}

const recordName = 'volume.json';
/** Bytes; records are much smaller. */
const recordLimit = 1024 * 1024;

/** File workers access volumes, which may be on a file system that hangs. */
export type VolumeFiles = Pick<FileWorkers, 'list' | 'readFiles' | 'createVolume' | 'removeVolume'>;

export class VolumeStore implements Volumes {
  readonly #directory: string;
  readonly #files: VolumeFiles;
  /** Returns the containers that may use volumes. */
  readonly #containers: () => ContainerRecord[];
  readonly #hooks: VolumeHooks;
  /** Locks by volume: an unused volume must not come into use before it is removed. */
  readonly #locks = new KeyedLocks();

  constructor(
    root: string,
    files: VolumeFiles,
    containers: () => ContainerRecord[],
    hooks: VolumeHooks = noHooks,
  ) {
    this.#directory = join(root, 'volumes');
    this.#files = files;
    this.#containers = containers;
    this.#hooks = hooks;
  }

  /** Returns the path of a volume's data, whether the volume exists or not. */
  pathOf(name: string): string {
    return join(this.#directory, name, '_data');
  }

  /** Creates a volume unless it exists. Resolves to whether it was created. */
  async ensure(name: string, volume: NewVolume = {}): Promise<{ created: boolean }> {
    checkName(name);
    return await this.#locks.run(name, 'create', () => this.#ensureLocked(name, volume));
  }

  /** Rejects as `ensure` would, and creates nothing. */
  async checkEnsure(name: string, volume: NewVolume = {}): Promise<void> {
    checkName(name);
    await this.#planned(name, volume);
  }

  /** The record of a volume that is to be created; undefined if it exists. Runs the taps of volume.preCreate. */
  async #planned(
    name: string,
    { labels = {}, anonymous = false }: NewVolume,
  ): Promise<StoredVolume | undefined> {
    // Data without volume.json gets a new one. A damaged volume.json stays, so that the user can restore it.
    if ((await this.#stored(name)).state !== 'missing') return undefined;
    const isAnonymous = anonymous || anonymousLabel in labels;
    const { draft, blame } = await this.#hooks.preCreate({ name, anonymous: isAnonymous, labels });
    return {
      createdAt: new Date().toISOString(),
      labels: anonymous ? { ...draft.labels, [anonymousLabel]: '' } : draft.labels,
      anonymous: isAnonymous,
      ...(blame.length > 0 && { blame }),
    };
  }

  async #ensureLocked(name: string, volume: NewVolume) {
    const stored = await this.#planned(name, volume);
    if (!stored) return { created: false };
    const record = { path: this.#recordOf(name), content: toStored(stored, volumeForm) };
    await this.#files.createVolume({ ...this.#placesOf(name), record }, whatIs(name));
    return { created: true };
  }

  async create(options: { name?: string; labels?: Record<string, string> }): Promise<Volume> {
    const { name = randomBytes(32).toString('hex'), labels } = options;
    await this.ensure(name, { ...(labels && { labels }), anonymous: options.name === undefined });
    return await this.inspect(name);
  }

  async list(): Promise<Volume[]> {
    const found = (await this.#files.list(this.#directory, 'the volumes')) ?? [];
    const names = found.filter((name) => namePattern.test(name));
    const records = await this.#records(names);
    const volumes = await Promise.all(names.map((name, i) => this.#volumeOrDamage(name, records[i])));
    return volumes.filter((volume) => volume !== undefined);
  }

  async inspect(name: string): Promise<Volume> {
    const volume = await this.#read(name);
    if (volume) return volume;
    throw new PouchError('PCH_VOLUME_NOT_FOUND', `No such volume: ${name}`, {
      hint: '`pouch volume ls` lists all volumes',
    });
  }

  async remove(name: string, { force = false }: { force?: boolean } = {}): Promise<void> {
    if (!force) refuseDamaged(await this.inspect(name), this.#recordOf(name));
    checkName(name);
    await this.#locks.run(name, 'remove', async () => {
      const users = this.#usersOf(name);
      if (users.length > 0)
        throw new PouchError('PCH_CONFLICT', `the volume ${name} is in use by ${users.join(', ')}`, {
          hint: 'remove these containers first',
        });
      const volume = await this.#read(name);
      if (volume) await this.#askTaps(volume);
      await this.#discardLocked(name);
    });
  }

  /** Removes a volume even if containers use it; succeeds if it does not exist. */
  async discard(name: string): Promise<void> {
    checkName(name);
    await this.#locks.run(name, 'remove', () => this.#discardLocked(name));
  }

  async prune({ all = false, ...filter }: VolumePruneFilter = {}): Promise<string[]> {
    const removed: string[] = [];
    for (const volume of await this.list()) {
      if (volume.damage !== undefined) continue;
      if ((all || volume.anonymous) && passes(filter, volume) && (await this.#discardUnused(volume)))
        removed.push(volume.name);
    }
    return removed;
  }

  /** Returns false for a volume that is in use or that a tap keeps. */
  async #discardUnused(volume: Volume): Promise<boolean> {
    return await this.#locks.run(volume.name, 'remove', async () => {
      if (this.#usersOf(volume.name).length > 0) return false;
      const isAllowed = await this.#askTaps(volume).then(
        () => true,
        () => false,
      );
      if (isAllowed) await this.#discardLocked(volume.name);
      return isAllowed;
    });
  }

  async #askTaps({ name, mountpoint, labels, anonymous, damage }: Volume): Promise<void> {
    await this.#hooks.preRemove({
      name,
      mountpoint,
      labels,
      anonymous,
      ...(damage !== undefined && { damage }),
    });
  }

  async #discardLocked(name: string): Promise<void> {
    await this.#files.removeVolume({ ...this.#placesOf(name), record: this.#recordOf(name) }, whatIs(name));
  }

  #usersOf(name: string): string[] {
    const path = this.pathOf(name);
    const uses = ({ draft }: ContainerRecord) =>
      Object.values(draft.mounts).some(({ source }) => source === path);
    return this.#containers()
      .filter((record) => record.damage?.usesUnknown === true || uses(record))
      .map((record) => (record.damage ? `${record.name} (damaged)` : record.name));
  }

  #placesOf(name: string): { directory: string; data: string } {
    return { directory: join(this.#directory, name), data: this.pathOf(name) };
  }

  #recordOf(name: string): string {
    return join(this.#directory, name, recordName);
  }

  /** Reads the records of volumes. */
  async #records(names: readonly string[]): Promise<(FileText | PouchError | undefined)[]> {
    const whatOf = (path: string) => whatIs(basename(dirname(path)));
    const paths = names.map((name) => this.#recordOf(name));
    const found = await this.#files.readFiles(paths, recordLimit, whatOf);
    return paths.map((path) => found.get(path));
  }

  async #stored(name: string): Promise<Stored<StoredVolume>> {
    return storedIn((await this.#records([name]))[0]);
  }

  async #read(name: string): Promise<Volume | undefined> {
    if (!namePattern.test(name)) return undefined;
    return await this.#volume(name, await this.#stored(name));
  }

  async #volume(name: string, read: Stored<StoredVolume>): Promise<Volume | undefined> {
    const mountpoint = this.pathOf(name);
    if (read.state === 'sound')
      return { name, mountpoint, ...read.value, anonymous: read.value.anonymous ?? generatedName.test(name) };
    // An empty volume without a record comes from an interrupted create.
    const isEmpty = async () => ((await this.#files.list(mountpoint, whatIs(name))) ?? []).length === 0;
    if (read.state === 'missing' && (await isEmpty())) return undefined;
    return this.#damaged(name, read.problem);
  }

  /** A volume that does not respond does not hide the others. */
  async #volumeOrDamage(name: string, record: FileText | PouchError | undefined) {
    try {
      return await this.#volume(name, storedIn(record));
    } catch (error) {
      if (!hasCode(error, 'PCH_FILE_TIMEOUT')) throw error;
      return this.#damaged(name, error.message);
    }
  }

  #damaged(name: string, damage: string): Volume {
    return { name, mountpoint: this.pathOf(name), createdAt: '', labels: {}, anonymous: false, damage };
  }
}

/** @throws PCH_FILE_TIMEOUT */
function storedIn(file: FileText | PouchError | undefined): Stored<StoredVolume> {
  if (file instanceof PouchError) throw file;
  if (!file || 'missing' in file) return { state: 'missing', problem: `${recordName}: not found` };
  if ('refused' in file) return { state: 'damaged', problem: `${recordName}: ${file.refused}` };
  return parseStored(file.text, recordName, volumeForm);
}

/** Names a volume in error messages. */
function whatIs(name: string): string {
  return `the volume ${name}`;
}

function refuseDamaged({ name, damage }: Volume, path: string): void {
  if (damage === undefined) return;
  throw new PouchError('PCH_VOLUME_DAMAGED', `the volume ${name} is damaged: ${damage}`, {
    hint: `restore ${path} from a backup, or remove the volume and its data: pouch volume rm -f ${name}`,
  });
}

function checkName(name: string): void {
  if (namePattern.test(name)) return;
  throw new PouchError(
    'PCH_OPTION_INVALID',
    `invalid volume name "${name}": expected 2 to 128 letters, digits, "_", "." and "-", beginning with a letter or digit`,
    {
      hint: 'use another name',
    },
  );
}
