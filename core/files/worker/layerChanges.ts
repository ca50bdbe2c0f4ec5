/** What a container has changed of its image: its writable layer, compared with the layers below (overlayfs.rst). */
import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { FileOperations, RootChange } from '../protocol.ts';
import { isOpaque } from './opaque.ts';
import { isWhiteout, lookUp } from './RootfsReader.ts';

/** Of all paths: they are the container's. */
const mostCharacters = 16 * 1024 * 1024;

type Args = FileOperations['layerChanges']['args'];

interface Walk {
  readonly changes: RootChange[];
  readonly ignored: ReadonlySet<string>;
  readonly most: number;
  /** Characters of the paths. */
  size: number;
}

/** Sorted by path. `layers`: the writable one first. `ignored`: mount points, unless they have files. */
export function layerChanges({ layers, ignored, most }: Args): FileOperations['layerChanges']['result'] {
  const [upper = '', ...lowers] = layers;
  const walk: Walk = { changes: [], ignored: new Set(ignored), most, size: 0 };
  compare('/', upper, lowers, walk);
  const changes = walk.changes.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { changes: changes.slice(0, most), truncated: changes.length > most || walk.size > mostCharacters };
}

/** Returns whether the directory has changes. `lowers` are its places in the layers below. */
function compare(path: string, upper: string, lowers: readonly string[], walk: Walk): boolean {
  const before = walk.changes.length;
  const names = readdirSync(upper);
  for (const name of names) compareName(join(path, name), join(upper, name), lowers, walk);
  // What such a directory had below it is gone, but for what it has again.
  if (lowers.length > 0 && isOpaque(upper))
    for (const name of namesIn(lowers))
      if (!names.includes(name)) noteDeleted(join(path, name), lowers, name, walk);
  return walk.changes.length > before;
}

function compareName(path: string, at: string, lowers: readonly string[], walk: Walk): void {
  if (isFull(walk)) return;
  const stats = lstatSync(at, { throwIfNoEntry: false });
  if (!stats) return;
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (isWhiteout(stats)) return noteDeleted(path, lowers, name, walk);
  const below = lookUp({ name, places: lowers }, name);
  const isBoth = stats.isDirectory() && below?.stats.isDirectory() === true;
  if (!stats.isDirectory()) return noteFile(path, stats, below !== undefined, walk);
  const position = walk.changes.length;
  const hasChanges = compare(path, at, isBoth ? (below?.places ?? []) : [], walk);
  if (!hasChanges && walk.ignored.has(path)) return;
  // The layer has directories that were only looked into when something below them was written.
  if (isBoth && !hasChanges && !differs(stats, below.stats)) return;
  walk.changes.splice(position, 0, { path, kind: below ? 'changed' : 'added' });
  walk.size += path.length;
}

function noteFile(path: string, stats: Stats, isChanged: boolean, walk: Walk): void {
  if (!isChanged && stats.size === 0 && walk.ignored.has(path)) return;
  note(path, isChanged ? 'changed' : 'added', walk);
}

function noteDeleted(path: string, lowers: readonly string[], name: string, walk: Walk): void {
  if (lookUp({ name, places: lowers }, name)) note(path, 'deleted', walk);
}

function note(path: string, kind: RootChange['kind'], walk: Walk): void {
  walk.size += path.length;
  walk.changes.push({ path, kind });
}

function isFull({ changes, most, size }: Walk): boolean {
  return changes.length > most || size > mostCharacters;
}

/** Not by its time, which a mount point in it changes, nor by its owner, which has another id in a user namespace. */
function differs(one: Stats, other: Stats): boolean {
  return one.mode !== other.mode;
}

function namesIn(places: readonly string[]): Set<string> {
  return new Set(places.flatMap((place) => readdirSync(place)));
}
