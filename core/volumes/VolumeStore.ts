/** Volumes: directories under ROOT/volumes that outlive containers. */
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import type { ContainerRecord, Volume, VolumePruneFilter, Volumes } from '../../hooks/engine.ts';
import { PouchError } from '../../hooks/errors.ts';
import { describes, flag, map, may, text } from '../../hooks/schema/describes.ts';
import type { FileWorkers } from '../files/index.ts';
import { KeyedLocks } from '../state/KeyedLocks.ts';
import { writeDurably } from '../state/durable.ts';
import { passes } from '../state/labels.ts';
import { readStored, type Stored, type StoredForm, toStored } from '../state/stored.ts';

const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,127}$/;

/** Docker marks volumes that were made without a name with this label. */
const anonymousLabel = 'com.docker.volume.anonymous';

/** The names that volumes without one are given. */
const generatedName = /^[0-9a-f]{64}$/;

interface StoredVolume {
  createdAt: string;
  labels: Record<string, string>;
  /** Missing in files of older versions: there, a generated name marks an anonymous volume. */
  anonymous?: boolean;
}

const volumeForm: StoredForm<StoredVolume> = {
  version: 1,
  schema: describes<StoredVolume>()(
    Type.Object({ createdAt: text, labels: map(text), anonymous: may(flag) }),
  ),
};

interface NewVolume {
  labels?: Record<string, string>;
  anonymous?: boolean;
}

export class VolumeStore implements Volumes {
  readonly #directory: string;
  readonly #files: Pick<FileWorkers, 'removeTree'>;
  /** Of each container that has volumes or is being given some. */
  readonly #containers: () => ContainerRecord[];
  /** By volume: one that is found unused must not come into use before it is removed. */
  readonly #locks = new KeyedLocks();

  constructor(root: string, files: Pick<FileWorkers, 'removeTree'>, containers: () => ContainerRecord[]) {
    this.#directory = join(root, 'volumes');
    this.#files = files;
    this.#containers = containers;
  }

  /** Where a volume's data is, whether the volume exists or not. */
  pathOf(name: string): string {
    return join(this.#directory, name, '_data');
  }

  /** Succeeds if it exists; `created` tells. */
  async ensure(name: string, volume: NewVolume = {}): Promise<{ created: boolean }> {
    checkName(name);
    return await this.#locks.run(name, 'create', () => this.#ensureLocked(name, volume));
  }

  async #ensureLocked(name: string, { labels = {}, anonymous = false }: NewVolume) {
    // Data without a volume.json gets a new one; a damaged one stays, for its user to restore.
    if ((await this.#stored(name)).state !== 'missing') return { created: false };
    const stored: StoredVolume = {
      createdAt: new Date().toISOString(),
      labels: anonymous ? { ...labels, [anonymousLabel]: '' } : labels,
      anonymous: anonymous || anonymousLabel in labels,
    };
    try {
      // Users of the host must not reach the setuid programs that containers put into volumes.
      await mkdir(this.#directory, { recursive: true });
      await chmod(this.#directory, 0o700);
      await mkdir(this.pathOf(name), { recursive: true, mode: 0o755 });
      await writeDurably(this.#fileOf(name), toStored(stored, volumeForm));
    } catch (error) {
      await this.#discardHalfMade(name);
      throw error;
    }
    return { created: true };
  }

  async create(options: { name?: string; labels?: Record<string, string> }): Promise<Volume> {
    const { name = randomBytes(32).toString('hex'), labels } = options;
    await this.ensure(name, { ...(labels && { labels }), anonymous: options.name === undefined });
    return await this.inspect(name);
  }

  async list(): Promise<Volume[]> {
    const names = await readdir(this.#directory).catch(ifMissing);
    const found = await Promise.all(names.map((name) => this.#read(name)));
    return found.filter((volume) => volume !== undefined);
  }

  async inspect(name: string): Promise<Volume> {
    const volume = await this.#read(name);
    if (volume) return volume;
    throw new PouchError('PCH_VOLUME_NOT_FOUND', `No such volume: ${name}`, {
      hint: '`pouch volume ls` lists all volumes',
    });
  }

  async remove(name: string, { force = false }: { force?: boolean } = {}): Promise<void> {
    if (!force) refuseDamaged(await this.inspect(name), this.#fileOf(name));
    checkName(name);
    await this.#locks.run(name, 'remove', async () => {
      const users = this.#usersOf(name);
      if (users.length > 0)
        throw new PouchError('PCH_CONFLICT', `the volume ${name} is in use by ${users.join(', ')}`, {
          hint: 'remove these containers first',
        });
      await this.#discardLocked(name);
    });
  }

  /** Removes it without asking who uses it; succeeds if there is none. */
  async discard(name: string): Promise<void> {
    checkName(name);
    await this.#locks.run(name, 'remove', () => this.#discardLocked(name));
  }

  async prune({ all = false, ...filter }: VolumePruneFilter = {}): Promise<string[]> {
    const removed: string[] = [];
    for (const volume of await this.list()) {
      if (volume.damage !== undefined) continue;
      if ((all || volume.anonymous) && passes(filter, volume) && (await this.#discardUnused(volume.name)))
        removed.push(volume.name);
    }
    return removed;
  }

  async #discardUnused(name: string): Promise<boolean> {
    return await this.#locks.run(name, 'remove', async () => {
      const isUnused = this.#usersOf(name).length === 0;
      if (isUnused) await this.#discardLocked(name);
      return isUnused;
    });
  }

  async #discardLocked(name: string): Promise<void> {
    // Its data first: if they cannot be removed, the volume is still listed.
    await this.#files.removeTree(this.pathOf(name), `the volume ${name}`);
    await rm(join(this.#directory, name, 'volume.json'), { force: true });
    await this.#files.removeTree(join(this.#directory, name), `the volume ${name}`);
  }

  /** Data that is there without a volume.json is somebody's, and stays. */
  async #discardHalfMade(name: string): Promise<void> {
    const directory = join(this.#directory, name);
    const files = (await readdir(directory).catch(() => [])).filter((file) => file !== '_data');
    for (const file of files) await rm(join(directory, file), { force: true });
    for (const path of [this.pathOf(name), directory]) await rmdir(path).catch(() => {});
  }

  #usersOf(name: string): string[] {
    const path = this.pathOf(name);
    const uses = ({ draft }: ContainerRecord) =>
      Object.values(draft.mounts).some(({ source }) => source === path);
    return this.#containers()
      .filter((record) => record.damage?.usesUnknown === true || uses(record))
      .map((record) => (record.damage ? `${record.name} (damaged)` : record.name));
  }

  #fileOf(name: string): string {
    return join(this.#directory, name, 'volume.json');
  }

  #stored(name: string): Promise<Stored<StoredVolume>> {
    return readStored(this.#fileOf(name), volumeForm);
  }

  async #read(name: string): Promise<Volume | undefined> {
    if (!namePattern.test(name)) return undefined;
    const read = await this.#stored(name);
    const mountpoint = this.pathOf(name);
    if (read.state === 'sound')
      return { name, mountpoint, ...read.value, anonymous: read.value.anonymous ?? generatedName.test(name) };
    // An empty one without a volume.json is left of a create that was cut off.
    const isEmpty = async () => (await readdir(mountpoint).catch(ifMissing)).length === 0;
    if (read.state === 'missing' && (await isEmpty())) return undefined;
    return { name, mountpoint, createdAt: '', labels: {}, anonymous: false, damage: read.problem };
  }
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
    `a volume's name is 2 to 128 letters, digits, _ . -; found "${name}"`,
    {
      hint: 'rename it',
    },
  );
}

/** @throws whatever else hides the names, such as EMFILE */
function ifMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
  throw error;
}
