/** The directory of a volume: its data in `_data`, and its record. */
import { chmodSync, existsSync, mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { FileOperations } from '../protocol.ts';
import { removeTree } from './removeTree.ts';
import { replaceFile } from './replaceFile.ts';

/** Also replaces the record of one that exists, which stays if that fails. */
export function createVolume({ directory, data, record }: FileOperations['createVolume']['args']): null {
  const isNew = !existsSync(record.path);
  try {
    // Users of the host must not reach the setuid programs that containers put into volumes.
    mkdirSync(dirname(directory), { recursive: true });
    chmodSync(dirname(directory), 0o700);
    mkdirSync(data, { recursive: true, mode: 0o755 });
    replaceFile(record.path, record.content);
  } catch (error) {
    if (isNew) discardHalfMade(directory, data);
    throw error;
  }
  return null;
}

/** Removes a volume, its data first: if that fails, the volume is still listed. */
export function removeVolume({ directory, data, record }: FileOperations['removeVolume']['args']): null {
  removeTree(data);
  rmSync(record, { force: true });
  return removeTree(directory);
}

/** Removes an incomplete volume, except existing data. */
function discardHalfMade(directory: string, data: string): void {
  const files = attempt(() => readdirSync(directory).map((name) => `${directory}/${name}`)) ?? [];
  for (const file of files) if (file !== data) rmSync(file, { force: true });
  for (const path of [data, directory]) attempt(() => rmdirSync(path));
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
