import { Readable } from 'node:stream';
import { readingDisk } from '../disk/diskError.ts';
import { extTar } from '../disk/extTar.ts';
import { findRoot } from '../disk/findRoot.ts';
import { loadDisk } from '../disk/loadDisk.ts';
import { openDisk } from '../disk/openDisk.ts';
import { defaultExcludes } from './excludes.ts';
import { excluder } from './excluder.ts';
import type { RootfsSource, SourceFlags } from './rootfsSource.ts';

/** A disk image. Its file system is read here, neither by the kernel nor as root: docs/adr/0047. */
export async function diskSource(path: string, { partition, exclude }: SourceFlags): Promise<RootfsSource> {
  const disk = await openDisk(path);
  const skips = excluder([...defaultExcludes, ...exclude]);
  try {
    const fs = await findRoot(disk, partition);
    return {
      tar: () => Promise.resolve(Readable.from(coded(extTar(fs, skips)), { objectMode: false })),
      examine: () => loadDisk(fs, skips).then((tree) => ({ tree }), rethrow),
      close: () => disk.close(),
    };
  } catch (error) {
    await disk.close();
    throw readingDisk(error);
  }
}

async function* coded(tar: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* tar;
  } catch (error) {
    rethrow(error);
  }
}

function rethrow(error: unknown): never {
  throw readingDisk(error);
}
