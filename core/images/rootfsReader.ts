import {
  type Stats,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  readlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { PouchError } from '../../hooks/errors.ts';
import type { ImageFile } from '../../hooks/draft.ts';
import { isOpaque } from './opaque.ts';

/** As many links as Linux follows in one path (path_resolution(7)). */
const maxLinks = 40;

/** A directory of the merged tree: its place in each layer that has a part of it, top first. */
interface Directory {
  name: string;
  places: readonly string[];
}

interface Node {
  path: string;
  stats: Stats;
  place: string;
}

/**
 * Reads files of an overlayfs from its layers without a mount: whiteouts (character devices 0/0) and opaque directories
 * count, links are followed inside only. Synchronous, because a look-up is a handful of lstat calls on directories that
 * never change, some 0.1 ms, and the thread pool would double that.
 */
export class RootfsReader {
  readonly #root: Directory;

  /** The layers' directories, top first. */
  constructor(directories: readonly string[]) {
    this.#root = { name: '', places: directories };
  }

  /** What is at a path after links; undefined if nothing is. */
  stat(path: string): ImageFile | undefined {
    const node = this.#walk(path);
    return node && { path: node.path, kind: kindOf(node.stats), mode: node.stats.mode & 0o7777 };
  }

  /**
   * A regular file's content; undefined if there is none.
   * @throws PCH_CONTENT_TOO_LARGE above `maxBytes`
   */
  readFile(path: string, maxBytes: number): Buffer | undefined {
    const node = this.#walk(path);
    return node?.stats.isFile() ? readRegular(node, maxBytes) : undefined;
  }

  #walk(path: string): Node | undefined {
    const pending = parts(path);
    let above: Directory[] = [this.#root];
    let links = 0;
    for (let part = pending.shift(); part !== undefined; part = pending.shift()) {
      if (part === '..') {
        if (above.length > 1) above.pop();
        continue;
      }
      const found = lookUp(above.at(-1) ?? this.#root, part);
      if (!found) return undefined;
      if (found.stats.isSymbolicLink()) {
        if (++links > maxLinks) return undefined;
        const target = readlinkSync(found.places[0] ?? '');
        if (target.startsWith('/')) above = [this.#root];
        pending.unshift(...parts(target));
      } else if (found.stats.isDirectory()) {
        above.push({ name: part, places: found.places });
      } else {
        const isEnd = pending.length === 0;
        return isEnd
          ? { path: pathOf([...above, { name: part }]), ...found, place: found.places[0] ?? '' }
          : undefined;
      }
    }
    return directoryNode(above);
  }
}

function directoryNode(above: readonly Directory[]): Node | undefined {
  const place = above.at(-1)?.places[0];
  if (place === undefined) return undefined;
  return { path: pathOf(above), stats: lstatSync(place), place };
}

/** One name in a merged directory. A directory's places go down until something hides the layers below. */
function lookUp({ places }: Directory, name: string): { stats: Stats; places: string[] } | undefined {
  let top: Stats | undefined;
  const merged: string[] = [];
  for (const [i, place] of places.entries()) {
    const at = join(place, name);
    const stats = lstatSync(at, { throwIfNoEntry: false });
    if (!stats) continue;
    if (isWhiteout(stats) || (top && !stats.isDirectory())) break;
    top ??= stats;
    merged.push(at);
    const hasMoreBelow = i < places.length - 1;
    if (!stats.isDirectory() || (hasMoreBelow && isOpaque(at))) break;
  }
  return top && { stats: top, places: merged };
}

/** Linux Documentation/filesystems/overlayfs.rst, "whiteouts and opaque directories". */
function isWhiteout(stats: Stats): boolean {
  return stats.isCharacterDevice() && stats.rdev === 0;
}

function readRegular({ path, place }: Node, maxBytes: number): Buffer {
  const file = openSync(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { size } = fstatSync(file);
    if (size > maxBytes) throw tooLarge(path, size, maxBytes);
    const bytes = Buffer.alloc(size);
    return bytes.subarray(0, readSync(file, bytes, 0, size, 0));
  } finally {
    closeSync(file);
  }
}

function tooLarge(path: string, size: number, maxBytes: number): PouchError {
  return new PouchError(
    'PCH_CONTENT_TOO_LARGE',
    `${path} in the image has ${size} bytes, at most ${maxBytes} are read`,
    {
      hint: 'Check the image: the file is not what its name says.',
    },
  );
}

function kindOf(stats: Stats): ImageFile['kind'] {
  if (stats.isFile()) return 'file';
  return stats.isDirectory() ? 'directory' : 'other';
}

function parts(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

function pathOf(nodes: readonly { name: string }[]): string {
  return `/${nodes
    .map(({ name }) => name)
    .filter(Boolean)
    .join('/')}`;
}
