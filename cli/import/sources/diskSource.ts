import { Readable } from 'node:stream';
import { readingDisk } from '../disk/diskError.ts';
import type { ExtFileSystem } from '../disk/ext/ExtFileSystem.ts';
import { extTar } from '../disk/extTar.ts';
import { findRoot } from '../disk/findRoot.ts';
import { loadDisk } from '../disk/loadDisk.ts';
import { type Disk, openDisk } from '../disk/openDisk.ts';
import { defaultExcludes } from './excludes.ts';
import { excluder } from './excluder.ts';
import { guestfsSource } from './guestfsSource.ts';
import type { Report, RootfsSource, SourceFlags } from './rootfsSource.ts';

/** A disk image. Pouch reads ext2 to ext4 itself (docs/adr/0047), libguestfs reads others (docs/adr/0054). */
export async function diskSource(path: string, flags: SourceFlags, report: Report): Promise<RootfsSource> {
  const disk = await openDisk(path);
  try {
    const root = await findRoot(disk, flags);
    if (root.fs) return extSource(disk, root.fs, flags);
    const source = await guestfsSource({ path, format: disk.format }, flags, report, root.found);
    await disk.close();
    return source;
  } catch (error) {
    await disk.close();
    throw readingDisk(error);
  }
}

/** Its file system is read here, neither by the kernel nor as root. */
function extSource(disk: Disk, fs: ExtFileSystem, { exclude }: SourceFlags): RootfsSource {
  const skips = excluder([...defaultExcludes, ...exclude]);
  return {
    tar: () => Promise.resolve(Readable.from(coded(extTar(fs, skips)), { objectMode: false })),
    examine: () => loadDisk(fs, skips).then((tree) => ({ tree }), rethrow),
    close: () => disk.close(),
  };
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
