/**
 * Writes files into the root file system of a container whose init has not run yet. Its image, and what it wrote in
 * earlier lives, are not trusted: paths are resolved inside, and only regular files are read.
 */
import {
  constants,
  fchmodSync,
  fchownSync,
  fdatasyncSync,
  fstatSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import { kindOf } from '../fileKind.ts';
import type { FileOperations, OwnFile } from '../protocol.ts';
import { openContainerRoot } from './containerRoot.ts';
import { makeParent } from './makeParent.ts';
import { handlePath, openInside, using } from './openInside.ts';
import { ownLines } from './ownLines.ts';
import { readBytes } from './regularFile.ts';

type Args = FileOperations['writeInside']['args'];
type Options = Pick<Args, 'first' | 'owner'>;

/** A list of blocked hosts is large. */
const maxBytes = 16 * 1024 * 1024;

export function writeInside({ init, files, ...options }: Args): (string | null)[] {
  return using(openContainerRoot(init), (root) => files.map((file) => writeBelow(root, file, options)));
}

/** Writes a file in the directory `root`. Returns why it was left as it is; null if it is up to date. */
export function writeBelow(root: number, file: OwnFile, options: Options): string | null {
  try {
    return update(root, file, options);
  } catch (error) {
    return `cannot write ${file.path}: ${(error as Error).message}`;
  }
}

function update(root: number, file: OwnFile, { first, owner }: Options): string | null {
  const found = existing(root, file.path);
  if (typeof found === 'string') return found;
  const content = ownLines(file, found?.content, first);
  if (content === undefined || found?.content === content) return null;
  makeParent(root, file.path, owner);
  const { uid, gid, mode } = found?.stats ?? { ...owner, mode: file.mode };
  using(openInside(root, dirname(file.path)), (directory) =>
    replace(directory, basename(file.path), content, { uid, gid, mode: mode & 0o7777 }),
  );
  return null;
}

/**
 * A link that leads nowhere, such as that of systemd-resolved before it runs, is like no file. Latin 1 keeps all bytes.
 */
function existing(root: number, path: string): { content: string; stats: Stats } | string | undefined {
  let handle: number;
  try {
    handle = openInside(root, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw error;
  }
  return using(handle, (file) => {
    const stats = fstatSync(file);
    if (kindOf(stats) === 'directory') return `expected a file at ${path}, found a directory`;
    const found = readBytes(file, path, maxBytes);
    return 'refused' in found ? found.refused : { content: found.bytes.toString('latin1'), stats };
  });
}

/** Replaces a file of a directory, atomically: a crash leaves the old or the new file. A link is replaced, too. */
export function replace(
  directory: number,
  name: string,
  content: string,
  { uid, gid, mode }: { uid: number; gid: number; mode: number },
): void {
  const place = handlePath(directory);
  const beside = `${place}/.${name}.pouch`;
  rmSync(beside, { force: true });
  const { O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW } = constants;
  try {
    using(openSync(beside, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0o600), (file) => {
      writeFileSync(file, content, 'latin1');
      fchownSync(file, uid, gid);
      fchmodSync(file, mode);
      fdatasyncSync(file);
    });
    renameSync(beside, `${place}/${name}`);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}
