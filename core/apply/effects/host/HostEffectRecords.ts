/**
 * Which effects of plugins the host has, one file for each in ROOT/effects: written before the host is changed, removed
 * after the undo. It has what the undo must know, and outlives the container's own files.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import type { Logger } from '../../../../hooks/defineHook.ts';
import { map, text } from '../../../../hooks/schema.ts';
import { ignoreMissing } from '../../../host/ignoreMissing.ts';
import { writeDurably } from '../../../state/durable.ts';
import { readStored, type StoredForm, toStored } from '../../../state/stored.ts';

export interface HostEffectRecord {
  /** Full id. */
  container: string;
  key: string;
  kind: string;
  args: Record<string, unknown>;
  /** What it changes: at most one effect at a time has it, or several that are equal. */
  resource: string;
  /** What the undo must know; its form is the kind's. */
  note?: unknown;
  /** RFC 3339. */
  since: string;
}

type Owner = Pick<HostEffectRecord, 'container' | 'key'>;

const form: StoredForm<HostEffectRecord> = {
  version: 1,
  schema: Type.Object({
    container: text,
    key: text,
    kind: text,
    args: map(Type.Unknown()),
    resource: text,
    since: text,
  }),
};

export class HostEffectRecords {
  readonly #directory: string;
  readonly #log: Logger;
  #known: Promise<Map<string, HostEffectRecord>> | undefined;

  constructor(root: string, log: Logger) {
    this.#directory = join(root, 'effects');
    this.#log = log;
  }

  async all(): Promise<HostEffectRecord[]> {
    return [...(await this.#load()).values()];
  }

  async find(owner: Owner): Promise<HostEffectRecord | undefined> {
    return (await this.#load()).get(nameOf(owner));
  }

  async write(record: HostEffectRecord): Promise<void> {
    const known = await this.#load();
    await mkdir(join(this.#directory, record.container), { recursive: true, mode: 0o700 });
    await writeDurably(this.#pathOf(record), toStored(record, form));
    known.set(nameOf(record), record);
  }

  async remove(owner: Owner): Promise<void> {
    const known = await this.#load();
    await rm(this.#pathOf(owner), { force: true });
    known.delete(nameOf(owner));
    // Fails while the container has others.
    await rmdir(join(this.#directory, owner.container)).catch(() => undefined);
  }

  #pathOf(owner: Owner): string {
    return join(this.#directory, nameOf(owner));
  }

  #load(): Promise<Map<string, HostEffectRecord>> {
    return (this.#known ??= this.#read());
  }

  async #read(): Promise<Map<string, HostEffectRecord>> {
    const known = new Map<string, HostEffectRecord>();
    for (const container of await namesIn(this.#directory))
      for (const file of await namesIn(join(this.#directory, container))) {
        const path = join(this.#directory, container, file);
        if (!file.endsWith('.json')) continue;
        const read = await readStored(path, form);
        if (read.state === 'sound') known.set(nameOf(read.value), read.value);
        else
          this.#log.error('the record of an effect is damaged: it is not undone', {
            path,
            problem: read.problem,
          });
      }
    return known;
  }
}

/** Keys are any text, file names are not. */
function nameOf({ container, key }: Owner): string {
  return `${container}/${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`;
}

async function namesIn(directory: string): Promise<string[]> {
  return (await readdir(directory).catch(ignoreMissing)) ?? [];
}
