/** Files of the host as a tar archive. */
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import tar, { type Header, type Pack } from 'tar-stream';
import {
  type CopyPlan,
  type CopySource,
  endsWithSlash,
  isContent,
  renamed,
  splitEntry,
} from './copyPaths.ts';

const chunkBytes = 1024 * 1024;

/** A source of the host, with the path to read. */
export interface LocalSource extends CopySource {
  readonly real: string;
}

/** Looks a source up: the last part of its path is followed with `follow`, or a slash. @throws errors of lstat(2) */
export async function findLocal(path: string, { follow }: { follow: boolean }): Promise<LocalSource> {
  const isFollowed = follow || endsWithSlash(path) || isContent(path);
  const real = isFollowed ? await realpath(path) : join(await realpath(dirname(path)), basename(path));
  const stats = await lstat(real);
  return { path, real, isDirectory: stats.isDirectory(), name: splitEntry(path).base };
}

/** The names of its entries begin with the name of the source. */
export function packLocal(source: LocalSource, rename: CopyPlan['rename']): Readable {
  const pack = tar.pack();
  const first = source.name === '/' ? '' : (source.name ?? '');
  add(pack, source.real, first, { rename, links: new Map() })
    .then(() => pack.finalize())
    .catch((error: unknown) => pack.destroy(error as Error));
  return Readable.from(pack as AsyncIterable<Buffer>, { objectMode: false });
}

export interface Packing {
  rename: CopyPlan['rename'];
  /** Names of files with several names. */
  links: Map<string, string>;
}

/** With what a directory has. */
async function add(pack: Pack, path: string, name: string, packing: Packing): Promise<void> {
  const isDirectory = await addPath(pack, path, name, packing);
  if (!isDirectory) return;
  for (const child of (await readdir(path)).sort())
    await add(pack, join(path, child), name === '' ? child : `${name}/${child}`, packing);
}

/** Resolves to whether it is a directory. Sockets belong to processes of the host and are left out. */
export async function addPath(pack: Pack, path: string, name: string, packing: Packing): Promise<boolean> {
  const stats = await lstat(path);
  if (stats.isSocket()) return false;
  const header = {
    name: renamed(name, packing.rename),
    mode: stats.mode & 0o7777,
    uid: stats.uid,
    gid: stats.gid,
    mtime: stats.mtime,
    size: 0,
  };
  const key = `${stats.dev}:${stats.ino}`;
  const linked = stats.nlink > 1 && !stats.isDirectory() ? packing.links.get(key) : undefined;
  if (stats.nlink > 1 && linked === undefined) packing.links.set(key, header.name);
  if (linked !== undefined) pack.entry({ ...header, type: 'link', linkname: linked });
  else if (stats.isSymbolicLink()) pack.entry({ ...header, type: 'symlink', linkname: await readlink(path) });
  else if (stats.isDirectory()) pack.entry({ ...header, type: 'directory' });
  else if (stats.isFile()) await addFile(pack, path, { ...header, type: 'file', size: stats.size });
  else if (stats.isFIFO()) pack.entry({ ...header, type: 'fifo' });
  else throw new Error(`${path} is a device: expected files, directories and links`);
  return stats.isDirectory();
}

/** A file that grows meanwhile is cut at the size that its header has. */
async function addFile(pack: Pack, path: string, header: Partial<Header> & { name: string }): Promise<void> {
  const size = header.size ?? 0;
  const written = new Promise<void>((resolve, reject) => {
    const entry = pack.entry(header, (error) => (error ? reject(error) : resolve()));
    if (size === 0) return void entry.end(Buffer.alloc(0));
    const file = createReadStream(path, { end: size - 1, highWaterMark: chunkBytes });
    file.on('error', reject);
    file.on('error', (error) => entry.destroy(error));
    file.pipe(entry);
  });
  await written;
}
