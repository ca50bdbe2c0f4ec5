import { dirname } from 'node:path';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { layerOf } from '../../apply/RootDisks.ts';
import { rootKeyOf } from '../../contract/rootKey.ts';
import type { EngineContext } from '../shared/engineContext.ts';

/** Bytes that stay free for what else happens meanwhile. */
const spare = 8 * 1024 * 1024;

/**
 * Checks that a copy of a root file system has space, before anything is frozen or stopped. Where the file system
 * shares blocks, only the names need some. @throws PCH_DISK_FULL
 */
export async function checkSpace(engine: EngineContext, record: ContainerRecord, key: string): Promise<void> {
  const { shares, free } = await spaceBeside(engine, key);
  const isCopied = !shares || (await engine.disks.has(key)) || record.draft.diskQuota !== undefined;
  const needed = spare + (isCopied ? (await engine.client.snapshots.usage(key)).size : 0);
  checkFree(record, free, needed);
}

/** The same for another root file system with little in it. */
export async function checkSpare(engine: EngineContext, record: ContainerRecord): Promise<void> {
  checkFree(record, (await spaceBeside(engine, rootKeyOf(record))).free, spare);
}

async function spaceBeside(
  { disks, files }: EngineContext,
  key: string,
): Promise<{ shares: boolean; free: number }> {
  // Not beside the layer itself: a disk of limited size may be mounted there.
  return await files.layerSpace(dirname(dirname(layerOf(await disks.mounts(key)))));
}

function checkFree(record: ContainerRecord, free: number, needed: number): void {
  if (free >= needed) return;
  throw new PouchError(
    'PCH_DISK_FULL',
    `another root file system of ${record.name} needs ${inMiB(needed)} MiB, and ${inMiB(free)} MiB are free`,
    { container: record.id, hint: 'free some space, or remove snapshots: pouch snapshot rm' },
  );
}

function inMiB(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}
