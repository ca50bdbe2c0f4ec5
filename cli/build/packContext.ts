/** The directory of a build as a tar. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import tar, { type Pack } from 'tar-stream';
import { addPath, type Packing } from '../copy/packLocal.ts';
import { type Excludes, ignoreFile } from './excludes.ts';

export interface ExtraDockerfile {
  /** In the context. */
  name: string;
  text: string;
}

/** @param extra - a Dockerfile that is not in the directory, and that no COPY gets */
export function packContext(directory: string, excludes: Excludes, extra?: ExtraDockerfile): Readable {
  const pack = tar.pack();
  addAll(pack, directory, excludes, extra)
    .then(() => pack.finalize())
    .catch((error: unknown) => pack.destroy(error as Error));
  return Readable.from(pack as AsyncIterable<Buffer>, { objectMode: false });
}

/** A context with a Dockerfile alone. */
export function packDockerfile(text: string): Readable {
  const pack = tar.pack();
  pack.entry({ name: 'Dockerfile' }, text);
  pack.finalize();
  return Readable.from(pack as AsyncIterable<Buffer>, { objectMode: false });
}

async function addAll(
  pack: Pack,
  directory: string,
  excludes: Excludes,
  extra: ExtraDockerfile | undefined,
): Promise<void> {
  const packing: Packing = { rename: undefined, links: new Map() };
  await addChildren(pack, directory, '', {
    excludes,
    packing,
    isReplaced: (name) => extra !== undefined && name === ignoreFile,
  });
  if (!extra) return;
  pack.entry({ name: extra.name }, extra.text);
  const lines = [excludes.text ?? ignoreFile, extra.name, ''];
  pack.entry({ name: ignoreFile }, lines.join('\n'));
}

interface Walk {
  excludes: Excludes;
  packing: Packing;
  isReplaced: (name: string) => boolean;
}

async function addChildren(pack: Pack, path: string, prefix: string, walk: Walk): Promise<void> {
  for (const child of (await readdir(path)).sort()) {
    const name = prefix === '' ? child : `${prefix}/${child}`;
    if (walk.isReplaced(name)) continue;
    const at = join(path, child);
    const isDirectory = (await lstat(at)).isDirectory();
    if (isDirectory && walk.excludes.leavesOutAll(name)) continue;
    if (!walk.excludes.leavesOut(name)) await addPath(pack, at, name, walk.packing);
    if (isDirectory) await addChildren(pack, at, name, walk);
  }
}
