/**
 * The containers, in memory and in a directory each under ROOT/containers. Reads never wait.
 */
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerRecord } from '../../hooks/engine.ts';
import { PouchError } from '../../hooks/errors.ts';
import { readContainerRecord, recordForm } from './containerRecord.ts';
import { writeDurably } from './durable.ts';
import { type Stored, toStored } from './stored.ts';
import { ignoreMissing } from '../host/ignoreMissing.ts';

/** Names of containers' directories. Other directories are ignored. */
const containerId = /^[0-9a-f]{64}$/;

/** Suffix of a directory that is being removed, and is not a container any more. */
const removedSuffix = '.removed';

/** The directories that `load` has found beside sound containers. */
export interface Loaded {
  /** Ids of directories without config.json, from an interrupted create or a lost file. */
  recordless: string[];
  damaged: { id: string; read: Exclude<Stored<ContainerRecord>, { state: 'sound' }> }[];
}

interface Staged {
  record: ContainerRecord;
  /** What waits for its end. */
  waiting: (() => void)[];
}

export class ContainerStore {
  readonly #directory: string;
  readonly #byId = new Map<string, ContainerRecord>();
  readonly #idByName = new Map<string, string>();
  /** Stand-ins of containers whose record is damaged. */
  readonly #damaged = new Map<string, ContainerRecord>();
  /** Containers that are being created, which only their own effects see. */
  readonly #staged = new Map<string, Staged>();
  /** Names of containers that are being created. */
  readonly #reserved = new Set<string>();
  /** Ids of containers that are being created. */
  readonly #reservedIds = new Set<string>();
  #isLoaded = false;

  constructor(root: string) {
    this.#directory = join(root, 'containers');
  }

  /** Whether `load` has read the containers. */
  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  directoryOf(id: string): string {
    return join(this.#directory, id);
  }

  /** Reads all containers from disk, and finishes interrupted removals. Only sound containers are indexed. */
  async load(): Promise<Loaded> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const names = await readdir(this.#directory);
    for (const name of names.filter(isRemoved)) await this.#clear(join(this.#directory, name));
    const ids = names.filter((name) => containerId.test(name));
    const found = await Promise.all(
      ids.map(async (id) => ({ id, read: await readContainerRecord(this.directoryOf(id)) })),
    );
    const loaded: Loaded = { recordless: [], damaged: [] };
    const sound: ContainerRecord[] = [];
    for (const { id, read } of found)
      if (read.state === 'sound') sound.push(read.value);
      else if (read.state === 'missing') loaded.recordless.push(id);
      else loaded.damaged.push({ id, read });
    // Of two containers with one name, the older is a container with autoRemove whose removal was interrupted.
    for (const record of sound.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1))) this.#index(record);
    this.#isLoaded = true;
    return loaded;
  }

  list(): ContainerRecord[] {
    return [...this.#byId.values()];
  }

  /**
   * Returns the containers that need their image and volumes: includes those that are being created, without ended
   * containers with autoRemove that are being removed.
   */
  listStaying(): ContainerRecord[] {
    const staying = this.list().filter(({ id, name }) => this.#idByName.get(name) === id);
    const staged = [...this.#staged.values()].map(({ record }) => record);
    return [...staying, ...staged.filter(({ id }) => !this.#byId.has(id))];
  }

  /** Whether a sound container has that id. */
  has(id: string): boolean {
    return this.#byId.has(id);
  }

  /** Whether a container has that id, be it sound, damaged or being created. */
  knows(id: string): boolean {
    return this.#byId.has(id) || this.#damaged.has(id) || this.#staged.has(id) || this.#reservedIds.has(id);
  }

  /** Returns the stand-ins of damaged containers. */
  damaged(): ContainerRecord[] {
    return [...this.#damaged.values()];
  }

  /** Returns all containers that may use images, volumes and ids of the host. */
  listUsers(): ContainerRecord[] {
    return [...this.listStaying(), ...this.#damaged.values()];
  }

  /** Replaces a container whose record is damaged with a stand-in. */
  quarantine(standIn: ContainerRecord): void {
    this.#forget(standIn.id);
    this.#damaged.set(standIn.id, standIn);
    if (!this.#idByName.has(standIn.name)) this.#idByName.set(standIn.name, standIn.id);
  }

  /** Shows a new container to its own effects until it is added or its create has failed. */
  stage(record: ContainerRecord): { unstage(): void } {
    const staged: Staged = { record, waiting: [] };
    this.#staged.set(record.id, staged);
    const unstage = (): void => {
      this.#staged.delete(record.id);
      if (this.has(record.id)) for (const report of staged.waiting) report();
    };
    return { unstage };
  }

  /** Runs it with the container: at once, or when its create has succeeded. Never for others. */
  whenCreated(id: string, report: (record: ContainerRecord) => void): void {
    const staged = this.#staged.get(id);
    if (staged) staged.waiting.push(() => report(staged.record));
    else if (this.has(id)) report(this.get(id));
  }

  /** Returns a container by its full id, also while it is being created. @throws PCH_CONTAINER_NOT_FOUND */
  get(id: string): ContainerRecord {
    const record = this.#byId.get(id) ?? this.#staged.get(id)?.record;
    if (!record) throw notFound(id);
    return record;
  }

  /**
   * Finds a container by name, id or unambiguous id prefix.
   * @throws PCH_CONTAINER_NOT_FOUND, PCH_ID_AMBIGUOUS, PCH_CONTAINER_DAMAGED
   */
  find(ref: string): ContainerRecord {
    const found = this.findAny(ref);
    if (found.damage) throw unusable(found);
    return found;
  }

  /**
   * Like `find`, but also returns the stand-in of a damaged container.
   * @throws PCH_CONTAINER_NOT_FOUND, PCH_ID_AMBIGUOUS
   */
  findAny(ref: string): ContainerRecord {
    const named = this.#idByName.get(ref.replace(/^\//, '')) ?? '';
    return this.#withId(ref) ?? this.#withId(named) ?? this.#byPrefix(ref);
  }

  /** Whether a container has the name, also while it is being created. */
  isNameTaken(name: string): boolean {
    return this.#idByName.has(name) || this.#reserved.has(name);
  }

  /** Reserves a name, and an id, until `release` is called. @throws PCH_NAME_IN_USE */
  reserve(name: string, id?: string): { release(): void } {
    this.checkFree(name);
    this.#reserved.add(name);
    if (id !== undefined) this.#reservedIds.add(id);
    return {
      release: () => {
        this.#reserved.delete(name);
        if (id !== undefined) this.#reservedIds.delete(id);
      },
    };
  }

  /** @throws PCH_NAME_IN_USE */
  checkFree(name: string): void {
    if (this.isNameTaken(name)) throw nameInUse(name, this.#idByName.get(name));
  }

  /** Writes the record to disk, unless the container was removed. @throws PCH_CONTAINER_NOT_FOUND */
  async save(record: ContainerRecord): Promise<void> {
    this.get(record.id);
    await writeDurably(join(this.directoryOf(record.id), 'config.json'), toStored(record, recordForm));
  }

  /** Adds a container to the index. */
  add(record: ContainerRecord): void {
    this.#index(record);
  }

  /** Releases the name of a container that is being removed. */
  forgetName(record: ContainerRecord): void {
    if (this.#idByName.get(record.name) === record.id) this.#idByName.delete(record.name);
  }

  rename(record: ContainerRecord, name: string): void {
    this.forgetName(record);
    Object.assign(record, { name });
    this.#idByName.set(name, record.id);
  }

  /** Removes a container, sound or damaged, with its directory. */
  async delete(id: string): Promise<void> {
    const removed = await this.#setAside(id);
    this.#forget(id);
    await this.#clear(removed);
  }

  /** Removes a directory that is not a container. */
  async discard(id: string): Promise<void> {
    await this.#clear(await this.#setAside(id));
  }

  /** From then on it is not a container. Returns its new path. */
  async #setAside(id: string): Promise<string> {
    const removed = `${this.directoryOf(id)}${removedSuffix}`;
    await rename(this.directoryOf(id), removed).catch(ignoreMissing);
    return removed;
  }

  /** What cannot be removed of it now, such as without a free descriptor, is removed when a daemon starts. */
  async #clear(removed: string): Promise<void> {
    await rm(removed, { recursive: true, force: true }).catch(() => undefined);
  }

  #forget(id: string): void {
    const record = this.#withId(id);
    if (record) this.forgetName(record);
    this.#byId.delete(id);
    this.#damaged.delete(id);
  }

  #withId(id: string): ContainerRecord | undefined {
    return this.#byId.get(id) ?? this.#damaged.get(id);
  }

  #index(record: ContainerRecord): void {
    if (!this.#byId.has(record.id)) this.#idByName.set(record.name, record.id);
    this.#byId.set(record.id, record);
  }

  #byPrefix(ref: string): ContainerRecord {
    const all = [...this.list(), ...this.damaged()];
    const matches = /^[0-9a-f]+$/.test(ref) ? all.filter(({ id }) => id.startsWith(ref)) : [];
    const [first, second] = matches;
    if (!first) throw notFound(ref);
    if (!second) return first;
    throw new PouchError('PCH_ID_AMBIGUOUS', `the id prefix ${ref} matches ${matches.length} containers`, {
      hint: 'use more digits of the id',
    });
  }
}

function isRemoved(name: string): boolean {
  return name.endsWith(removedSuffix) && containerId.test(name.slice(0, -removedSuffix.length));
}

/** Returns the error of using a damaged container. */
export function unusable({ id, name, damage }: ContainerRecord): PouchError {
  return new PouchError(
    'PCH_CONTAINER_DAMAGED',
    `the container ${name} is damaged: ${damage?.problem ?? 'its record cannot be used'}`,
    { container: id, ...(damage && { hint: damage.hint }) },
  );
}

function notFound(ref: string): PouchError {
  return new PouchError('PCH_CONTAINER_NOT_FOUND', `No such container: ${ref}`, {
    hint: '`pouch ps -a` lists all containers',
  });
}

function nameInUse(name: string, owner: string | undefined): PouchError {
  const by = owner ? `container ${owner.slice(0, 12)}` : 'a container that is being created';
  return new PouchError('PCH_NAME_IN_USE', `The container name "${name}" is already in use by ${by}`, {
    field: 'name',
    hint: `remove or rename it: pouch rm ${name}`,
  });
}
