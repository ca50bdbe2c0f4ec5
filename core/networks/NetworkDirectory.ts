/** The created networks on disk, one file each under ROOT/networks. */
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../../hooks/defineHook.ts';
import { writeDurably } from '../state/durable.ts';
import { readStored, toStored } from '../state/stored.ts';
import { networkForm, type StoredNetwork } from './networkRecord.ts';

/** See {@link writeDurably}. */
const unwritten = /^[0-9a-f]{64}\.json\.new$/;

const fileName = /^([0-9a-f]{64})\.json$/;

export class NetworkDirectory {
  readonly #directory: string;

  constructor(root: string) {
    this.#directory = join(root, 'networks');
  }

  /** Sound records by id. A damaged file is set aside under another name, so that its user can repair it. */
  async load(log: Pick<Logger, 'error'>): Promise<Map<string, StoredNetwork>> {
    const found = new Map<string, StoredNetwork>();
    const names = await readdir(this.#directory).catch(() => []);
    for (const name of names.toSorted()) {
      // Of a write that was cut off.
      if (unwritten.test(name)) await rm(join(this.#directory, name), { force: true });
      const id = fileName.exec(name)?.[1];
      if (id === undefined) continue;
      const read = await readStored(this.#fileOf(id), networkForm);
      if (read.state === 'sound') found.set(id, read.value);
      else await this.#setAside(id, read, log);
    }
    return found;
  }

  /** Resolves when it is on the disk. */
  async write(id: string, network: StoredNetwork): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await writeDurably(this.#fileOf(id), toStored(network, networkForm));
  }

  async remove(id: string): Promise<void> {
    await rm(this.#fileOf(id), { force: true });
  }

  async #setAside(
    id: string,
    { state, problem }: { state: string; problem: string },
    log: Pick<Logger, 'error'>,
  ): Promise<void> {
    const file = this.#fileOf(id);
    log.error('a network cannot be read: containers cannot join it', { network: id, file, problem });
    // A later Pouch can read it.
    if (state === 'damaged') await rename(file, `${file}.damaged`);
  }

  #fileOf(id: string): string {
    return join(this.#directory, `${id}.json`);
  }
}
