/** Prepares the copy of a writable layer for an image: without what Pouch has added, with the ids of the container. */
import {
  chmodSync,
  closeSync,
  constants,
  lchownSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  type Stats,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { OciIdMapping } from '../../../hooks/oci.ts';
import { containerId } from '../../userns/ids.ts';
import type { FileOperations } from '../protocol.ts';
import { ofOtherRoot, readCapabilities, writeCapabilities } from './capabilities.ts';
import { handlePath, openInside, using } from './openInside.ts';
import { withoutLines } from './ownLines.ts';

type Args = FileOperations['tidyLayer']['args'];
type Ids = Pick<Args, 'uidMappings' | 'gidMappings'>;

/** Bytes; a file of /etc in which Pouch has lines is smaller. */
const mostBytes = 4 * 1024 * 1024;

/** No process uses the layer. Its links are not followed. */
export function tidyLayer({ layer, mountPoints, own, ...ids }: Args): null {
  using(openSync(layer, constants.O_DIRECTORY), (root) => {
    for (const file of own) inDirectory(root, file.path, (at) => tidyOwn(at, file));
    // The deepest first, so that directories above them are empty by then.
    for (const path of [...mountPoints].sort((a, b) => b.length - a.length))
      inDirectory(root, path, removeEmpty);
  });
  if (ids.uidMappings.length > 0) giveBack(layer, ids, new Set());
  return null;
}

/** The times of the directory stay. */
function inDirectory(root: number, path: string, change: (at: string) => void): void {
  let handle: number;
  try {
    handle = openInside(root, dirname(path), { links: 'refused' });
  } catch {
    // The layer has no such directory.
    return;
  }
  try {
    const directory = handlePath(handle);
    const { atime, mtime } = lstatSync(`${directory}/.`);
    change(`${directory}/${basename(path)}`);
    utimesSync(`${directory}/.`, atime, mtime);
  } finally {
    closeSync(handle);
  }
}

/** What the runtime makes to mount something on it. */
function removeEmpty(at: string): void {
  const found = lstatSync(at, { throwIfNoEntry: false });
  if (found?.isFile() && found.size === 0) unlinkSync(at);
  if (found?.isDirectory() && readdirSync(at).length === 0) rmdirSync(at);
}

/** A file that is as Pouch wrote it, or as the image has it without Pouch's lines, goes: the image's is below it. */
function tidyOwn(at: string, { content, own, image }: Args['own'][number]): void {
  const found = lstatSync(at, { throwIfNoEntry: false });
  if (!found?.isFile() || found.size > mostBytes) return;
  const text = readFileSync(at, 'latin1');
  if (own === 'once') {
    if (text === Buffer.from(content).toString('latin1')) unlinkSync(at);
    return;
  }
  const rest = withoutLines(text);
  const below = image === null ? '' : Buffer.from(image).toString('latin1');
  if (rest === below) unlinkSync(at);
  else if (rest !== text) writeFileSync(at, rest, 'latin1');
}

function giveBack(path: string, ids: Ids, seen: Set<number>): void {
  const found = lstatSync(path);
  if (!seen.has(found.ino)) chown(path, found, ids);
  // A file with several names is met several times.
  if (found.nlink > 1 && !found.isDirectory()) seen.add(found.ino);
  if (found.isDirectory()) for (const name of readdirSync(path)) giveBack(join(path, name), ids, seen);
}

function chown(path: string, found: Stats, { uidMappings, gidMappings }: Ids): void {
  const { uid, gid, mode } = found;
  const to = { uid: idOf(uid, uidMappings), gid: idOf(gid, gidMappings) };
  // A whiteout has no owner to be seen.
  if ((to.uid === uid && to.gid === gid) || (found.isCharacterDevice() && found.rdev === 0)) return;
  const capabilities = found.isFile() ? readCapabilities(path) : undefined;
  lchownSync(path, to.uid, to.gid);
  // chown(2) takes the bits for other users' rights away, and file capabilities.
  if (!found.isSymbolicLink()) chmodSync(path, mode & 0o7777);
  const kept = capabilities && ofOtherRoot(capabilities, (id) => containerId(id, uidMappings));
  if (kept) writeCapabilities(path, kept);
}

function idOf(id: number, mappings: readonly OciIdMapping[]): number {
  return containerId(id, mappings) ?? id;
}
