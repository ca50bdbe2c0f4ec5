/** Files that are whole or not there, also after a power failure, and that only root reads. */
import { constants } from 'node:fs';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Value } from '@sinclair/typebox/value';
import type { Static, TSchema } from '../../../hooks/index.ts';

/** What a file has: `damaged` is all but a value of its schema, such as a file that cannot be read. */
export type Found<T> = { readonly value: T } | 'missing' | 'damaged';

export async function readDurable<T extends TSchema>(file: string, schema: T): Promise<Found<Static<T>>> {
  try {
    // A FIFO does not hold up the caller.
    const flag = constants.O_RDONLY | constants.O_NONBLOCK;
    const value: unknown = JSON.parse(await readFile(file, { encoding: 'utf8', flag }));
    return Value.Check(schema, value) ? { value } : 'damaged';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'missing' : 'damaged';
  }
}

export async function writeDurably(file: string, data: object): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(`${file}.new`, 'w', 0o600);
  try {
    await handle.writeFile(JSON.stringify(data));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
  await syncDirectory(dirname(file));
}

export async function removeDurably(file: string): Promise<void> {
  await rm(file, { recursive: true, force: true });
  await syncDirectory(dirname(file));
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Puts a damaged file aside, where it can be looked at; also a directory in its place. */
export async function quarantine(file: string): Promise<void> {
  try {
    await rm(`${file}.damaged`, { recursive: true, force: true });
    await rename(file, `${file}.damaged`);
    await syncDirectory(dirname(file));
  } catch {
    // It stays where it is, damaged.
  }
}
