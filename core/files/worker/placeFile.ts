/**
 * A file of the host for the life of an effect. Its second name, the mark, exists before the file has its path and is
 * removed last. So the undo knows the file of Pouch from one that others have put in its place, whatever a crash cut
 * off.
 */
import {
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import type { PlacedFile } from '../protocol.ts';
import { using } from './openInside.ts';

interface Names {
  /** The second name of Pouch's file. */
  mark: string;
  /** The file that was there before. */
  earlier: string;
  temporary: string;
}

/** Beside the file: links and renames do not leave a file system. */
function namesBeside(path: string): Names {
  const hidden = (what: string) => `${dirname(path)}/.${basename(path)}.pouch${what}`;
  return { mark: hidden(''), earlier: hidden('-earlier'), temporary: hidden('-new') };
}

export function placeFile(file: PlacedFile): null {
  const { path, replace } = file;
  const names = namesBeside(path);
  if (isSame(path, names.mark)) return null;
  writeMark(names.mark, file);
  if (replace && exists(path)) replaceBy(names, path);
  else linkSync(names.mark, path);
  flush(dirname(path));
  return null;
}

export function removeFile(path: string): null {
  const { mark, earlier, temporary } = namesBeside(path);
  if (!exists(mark)) return null;
  const isOurs = isSame(path, mark);
  if (isOurs && exists(earlier)) renameSync(earlier, path);
  else if (isOurs) rmSync(path);
  // Of two names of one file, rename(2) removes none.
  for (const name of [earlier, temporary, mark]) rmSync(name, { force: true });
  flush(dirname(path));
  return null;
}

function writeMark(mark: string, { content, mode, uid, gid }: PlacedFile): void {
  rmSync(mark, { force: true });
  const { O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW } = constants;
  using(openSync(mark, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0o600), (handle) => {
    writeFileSync(handle, content);
    fchownSync(handle, uid, gid);
    fchmodSync(handle, mode);
    fsyncSync(handle);
  });
}

/** At each moment, the path has the one file or the other. */
function replaceBy({ mark, earlier, temporary }: Names, path: string): void {
  rmSync(earlier, { force: true });
  linkSync(path, earlier);
  rmSync(temporary, { force: true });
  linkSync(mark, temporary);
  renameSync(temporary, path);
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Whether both are names of one file. */
function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((path) => lstatSync(path, { throwIfNoEntry: false }));
  return a !== undefined && a.ino === b?.ino && a.dev === b.dev;
}

function flush(directory: string): void {
  using(openSync(directory, 'r'), fsyncSync);
}
