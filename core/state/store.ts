/**
 * Every container this daemon knows, in memory, and in one directory each under ROOT/containers. Reads never wait.
 */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerRecord } from '../../hooks/engine.ts';
import { PouchError } from '../../hooks/errors.ts';
import { writeDurably } from './durable.ts';

export class ContainerStore {
  readonly #directory: string;
  readonly #byId = new Map<string, ContainerRecord>();
  readonly #idByName = new Map<string, string>();
  /** Containers that are being made: only their own effects see them. */
  readonly #staged = new Map<string, ContainerRecord>();
  /** Names given to containers that are being made. */
  readonly #reserved = new Set<string>();

  constructor(root: string) {
    this.#directory = join(root, 'containers');
  }

  directoryOf(id: string): string {
    return join(this.#directory, id);
  }

  /**
   * Reads all containers from the disk. A directory without a readable config.json is answered by its name: a create
   * that was cut off, or damage.
   */
  async load(): Promise<{ unreadable: string[] }> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const unreadable: string[] = [];
    for (const id of await readdir(this.#directory)) {
      const record = await readRecord(this.directoryOf(id));
      if (record) this.#index(record);
      else unreadable.push(id);
    }
    return { unreadable };
  }

  list(): ContainerRecord[] {
    return [...this.#byId.values()];
  }

  /**
   * The containers that need their image and volumes: also those that are being made, without those that have ended and are
   * being removed (`--rm`).
   */
  listStaying(): ContainerRecord[] {
    const staying = this.list().filter(({ id, name }) => this.#idByName.get(name) === id);
    const staged = [...this.#staged.values()].filter(({ id }) => !this.#byId.has(id));
    return [...staying, ...staged];
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  /** Makes a new container known to its own effects until it is saved or its create has failed. */
  stage(record: ContainerRecord): { unstage(): void } {
    this.#staged.set(record.id, record);
    return { unstage: () => this.#staged.delete(record.id) };
  }

  /** By full id, also one that is being made. @throws PCH_CONTAINER_NOT_FOUND */
  get(id: string): ContainerRecord {
    const record = this.#byId.get(id) ?? this.#staged.get(id);
    if (!record) throw notFound(id);
    return record;
  }

  /**
   * By name, id or unambiguous id prefix.
   * @throws PCH_CONTAINER_NOT_FOUND, PCH_ID_AMBIGUOUS
   */
  find(ref: string): ContainerRecord {
    const exact = this.#byId.get(ref) ?? this.#byId.get(this.#idByName.get(ref.replace(/^\//, '')) ?? '');
    return exact ?? this.#byPrefix(ref);
  }

  /** Whether a container has it, also one that is being made. */
  isNameTaken(name: string): boolean {
    return this.#idByName.has(name) || this.#reserved.has(name);
  }

  /** Keeps a name until the container is added or `release` is called. @throws PCH_NAME_IN_USE */
  reserve(name: string): { release(): void } {
    const owner = this.#idByName.get(name);
    if (owner ?? this.#reserved.has(name)) throw nameInUse(name, owner);
    this.#reserved.add(name);
    return { release: () => this.#reserved.delete(name) };
  }

  /** Writes the record to the disk; one that was removed stays so. @throws PCH_CONTAINER_NOT_FOUND */
  async save(record: ContainerRecord): Promise<void> {
    this.get(record.id);
    await writeDurably(
      join(this.directoryOf(record.id), 'config.json'),
      JSON.stringify(record, undefined, 1),
    );
  }

  /** Makes a container visible to everybody. */
  add(record: ContainerRecord): void {
    this.#index(record);
  }

  /** Gives a container that is on its way out no name any more, so that the next one can have it. */
  forgetName(record: ContainerRecord): void {
    if (this.#idByName.get(record.name) === record.id) this.#idByName.delete(record.name);
  }

  rename(record: ContainerRecord, name: string): void {
    this.forgetName(record);
    Object.assign(record, { name });
    this.#idByName.set(name, record.id);
  }

  /** Removes the record and its directory. What a crash leaves of it has no record any more. */
  async delete(id: string): Promise<void> {
    await rm(join(this.directoryOf(id), 'config.json'), { force: true });
    await rm(this.directoryOf(id), { recursive: true, force: true });
    const record = this.#byId.get(id);
    if (record) this.forgetName(record);
    this.#byId.delete(id);
  }

  #index(record: ContainerRecord): void {
    if (!this.#byId.has(record.id)) this.#idByName.set(record.name, record.id);
    this.#byId.set(record.id, record);
  }

  #byPrefix(ref: string): ContainerRecord {
    const matches = /^[0-9a-f]+$/.test(ref) ? this.list().filter(({ id }) => id.startsWith(ref)) : [];
    const [first, second] = matches;
    if (!first) throw notFound(ref);
    if (!second) return first;
    throw new PouchError('PCH_ID_AMBIGUOUS', `the id prefix ${ref} matches ${matches.length} containers`, {
      hint: 'give more digits',
    });
  }
}

/** Undefined when there is no record, or none that can be read. */
async function readRecord(directory: string): Promise<ContainerRecord | undefined> {
  try {
    return JSON.parse(await readFile(join(directory, 'config.json'), 'utf8')) as ContainerRecord;
  } catch {
    return undefined;
  }
}

function notFound(ref: string): PouchError {
  return new PouchError('PCH_CONTAINER_NOT_FOUND', `No such container: ${ref}`, {
    hint: '`pouch ps -a` lists all containers',
  });
}

function nameInUse(name: string, owner: string | undefined): PouchError {
  const by = owner ? `container ${owner.slice(0, 12)}` : 'a container that is being made';
  return new PouchError('PCH_NAME_IN_USE', `The container name "${name}" is in use by ${by}`, {
    hint: `remove or rename it: pouch rm ${name}`,
  });
}
