/** Compares two root file systems of a container. What neither of their writable layers has is not looked at. */
import { lstatSync, readdirSync, readlinkSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { OciIdMapping } from '../../../hooks/oci.ts';
import { isMapped } from '../../userns/ids.ts';
import type { FileOperations, RootChange, RootOfDiff } from '../protocol.ts';
import { mountSnapshot, release } from './mountSnapshot.ts';
import { isOpaque } from './opaque.ts';

/** Of all paths: they are the container's. */
const mostCharacters = 4 * 1024 * 1024;

type Args = FileOperations['diffRoots']['args'];

/** One of the two, at a directory. */
interface Side {
  /** In the mount that merges the layers. */
  merged: string;
  /** In the writable layer; undefined if that has no such directory. */
  layer: string | undefined;
}

interface Walk extends Pick<Args, 'uidMappings' | 'gidMappings' | 'most'> {
  readonly changes: RootChange[];
  isTruncated: boolean;
  /** Characters of the paths. */
  size: number;
}

export function diffRoots({
  before,
  after,
  isSameImage,
  ...rest
}: Args): FileOperations['diffRoots']['result'] {
  const walk: Walk = { ...rest, changes: [], isTruncated: false, size: 0 };
  try {
    for (const { snapshot, mountPoint } of [before, after]) mountSnapshot(snapshot, mountPoint);
    compare('/', sideOf(before), sideOf(after), { isWhole: !isSameImage }, walk);
  } finally {
    release(before.mountPoint);
    release(after.mountPoint);
  }
  return { changes: walk.changes, truncated: walk.isTruncated };
}

function sideOf({ mountPoint, layer }: RootOfDiff): Side {
  return { merged: mountPoint, layer };
}

/** `isWhole`: a layer hides the image's content of the directory, so that all names count. */
function compare(
  path: string,
  before: Side,
  after: Side,
  { isWhole }: { isWhole: boolean },
  walk: Walk,
): void {
  const sides = [before, after];
  const whole = isWhole || sides.some(({ layer }) => layer !== undefined && isOpaque(layer));
  const places = whole ? sides.map(({ merged }) => merged) : sides.map(({ layer }) => layer);
  const names = new Set(places.flatMap((place) => (place === undefined ? [] : namesIn(place))));
  for (const name of [...names].sort()) {
    if (walk.isTruncated) return;
    const [one, other] = sides.map((side) => below(side, name)) as [Side, Side];
    compareOne(join(path, name), one, other, { isWhole: whole }, walk);
  }
}

function compareOne(
  path: string,
  before: Side,
  after: Side,
  options: { isWhole: boolean },
  walk: Walk,
): void {
  const [old, now] = [before, after].map(({ merged }) => lstatOptional(merged));
  if (!old && !now) return;
  if (!old || !now) note(path, old ? 'deleted' : 'added', walk);
  else if (differs({ stats: old, at: before.merged }, { stats: now, at: after.merged }, walk))
    note(path, 'changed', walk);
  // What is below a new or deleted directory counts as a whole: the other side has none.
  const isBoth = old?.isDirectory() === true && now?.isDirectory() === true;
  if (old?.isDirectory() || now?.isDirectory())
    compare(path, before, after, { isWhole: options.isWhole || !isBoth }, walk);
}

interface Found {
  stats: Stats;
  at: string;
}

/** A directory has changed by its owner or mode: its time says only that a name in it has. */
function differs({ stats: old, at: oldAt }: Found, { stats: now, at }: Found, walk: Walk): boolean {
  const { uidMappings, gidMappings } = walk;
  if (old.mode !== now.mode || old.rdev !== now.rdev) return true;
  if (inside(old.uid, uidMappings) !== inside(now.uid, uidMappings)) return true;
  if (inside(old.gid, gidMappings) !== inside(now.gid, gidMappings)) return true;
  if (now.isDirectory()) return false;
  if (now.isSymbolicLink()) return readlinkSync(oldAt) !== readlinkSync(at);
  return old.size !== now.size || old.mtimeMs !== now.mtimeMs;
}

/** Files of the image have the container's ids, those of a layer the host's. */
function inside(id: number, mappings: readonly OciIdMapping[]): number {
  if (!isMapped(id, mappings)) return id;
  const mapping = mappings.find(({ hostID, size }) => id >= hostID && id < hostID + size)!;
  return id - mapping.hostID + mapping.containerID;
}

function note(path: string, kind: RootChange['kind'], walk: Walk): void {
  walk.size += path.length;
  if (walk.changes.length >= walk.most || walk.size > mostCharacters) walk.isTruncated = true;
  else walk.changes.push({ path, kind });
}

function below({ merged, layer }: Side, name: string): Side {
  const inLayer = layer === undefined ? undefined : join(layer, name);
  const isThere = inLayer !== undefined && lstatOptional(inLayer)?.isDirectory() === true;
  return { merged: join(merged, name), layer: isThere ? inLayer : undefined };
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}

/** A name below a file does not exist either. */
function lstatOptional(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw error;
  }
}
