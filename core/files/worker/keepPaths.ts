/**
 * Copies paths of a container's root file system into another one, which no process uses yet. Neither is trusted: the
 * paths are resolved inside.
 */
import { chmodSync, constants, lchownSync, lstatSync, openSync, readdirSync, type Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { matchesText } from '../../../hooks/matchesText.ts';
import { hostId, isMapped } from '../../userns/ids.ts';
import type { FileOperations } from '../protocol.ts';
import { makeParent } from './makeParent.ts';
import { mountSnapshot, release } from './mountSnapshot.ts';
import { handlePath, openInside, openOptional, using } from './openInside.ts';
import { runTool } from './runTool.ts';

type Args = FileOperations['keepPaths']['args'];
type Ids = Pick<Args, 'uidMappings' | 'gidMappings'>;

/** Resolves to the paths that were found, patterns replaced by what they match. */
export function keepPaths({ from, to, mountPoints, paths, layer, ...ids }: Args): string[] {
  try {
    mountSnapshot(from, mountPoints.from);
    mountSnapshot(to, mountPoints.to, { writable: true });
    const kept = using(openSync(mountPoints.from, constants.O_DIRECTORY), (source) =>
      using(openSync(mountPoints.to, constants.O_DIRECTORY), (target) =>
        paths.flatMap((path) => keep(path, source, target)),
      ),
    );
    if (ids.uidMappings.length > 0) own(layer, ids);
    return kept;
  } finally {
    release(mountPoints.from);
    release(mountPoints.to);
  }
}

export function clearKeep({ mountPoints }: FileOperations['clearKeep']['args']): null {
  release(mountPoints.from);
  release(mountPoints.to);
  return null;
}

function keep(path: string, source: number, target: number): string[] {
  const directory = openOptional(source, dirname(path));
  if (directory === undefined) return [];
  return using(directory, (from) => {
    const names = matching(from, basename(path));
    for (const name of names) copy(from, name, { target, directory: dirname(path) });
    return names.map((name) => join(dirname(path), name));
  });
}

/** `*` stands for any characters, in the last part of a path. */
function matching(directory: number, name: string): string[] {
  const at = handlePath(directory);
  if (!name.includes('*')) return lstatOptional(`${at}/${name}`) ? [name] : [];
  return readdirSync(at)
    .filter((found) => matchesText(name, found))
    .sort();
}

/** In place of what the new image has there. A link is copied as a link. */
function copy(
  from: number,
  name: string,
  { target, directory }: { target: number; directory: string },
): void {
  makeParent(target, join(directory, name), { uid: 0, gid: 0 });
  using(openInside(target, directory), (to) => {
    runTool('rm', ['-rf', '--one-file-system', '--', `/proc/self/fd/3/${name}`], to);
    runTool(
      'cp',
      ['-aT', '--reflink=auto', '--', `/proc/self/fd/3/${name}`, `/proc/self/fd/4/${name}`],
      from,
      to,
    );
  });
}

/**
 * Files of an image have the container's ids, and those of its layer the host's: what came here from an image, or is
 * new, gets the host's.
 */
function own(path: string, ids: Ids): void {
  const found = lstatSync(path);
  chown(path, found, ids);
  if (found.isDirectory()) for (const name of readdirSync(path)) own(join(path, name), ids);
}

function chown(path: string, found: Stats, { uidMappings, gidMappings }: Ids): void {
  const { uid, gid, mode } = found;
  const to = {
    uid: isMapped(uid, uidMappings) ? uid : (hostId(uid, uidMappings) ?? uid),
    gid: isMapped(gid, gidMappings) ? gid : (hostId(gid, gidMappings) ?? gid),
  };
  // A whiteout has no owner to be seen.
  if ((to.uid === uid && to.gid === gid) || (found.isCharacterDevice() && found.rdev === 0)) return;
  lchownSync(path, to.uid, to.gid);
  // chown(2) takes the bits for other users' rights away.
  if (!found.isSymbolicLink()) chmodSync(path, mode & 0o7777);
}

function lstatOptional(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}
