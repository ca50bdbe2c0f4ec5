import { type Stats, constants, fstatSync, lstatSync, openSync, readSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageFile } from '../../../hooks/draft.ts';
import type { LayerFile, LayerLookup } from '../protocol.ts';
import { isOpaque } from './opaque.ts';
import { using } from './openInside.ts';

/** Links that Linux follows in one path (path_resolution(7)). */
const maxLinks = 40;

/** A directory of the merged tree: its paths in the layers that have it, top first. */
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
 * Reads files of an overlayfs from its layers without a mount. It respects whiteouts (character devices 0/0) and opaque
 * directories, and follows links inside the image only.
 */
export class RootfsReader {
  readonly #root: Directory;

  /** `directories` are those of the layers, top first. */
  constructor(directories: readonly string[]) {
    this.#root = { name: '', places: directories };
  }

  /** Returns the file at a path, following links; undefined if it does not exist. */
  find({ path, maxBytes, mounts = [] }: LayerLookup): LayerFile | undefined {
    const node = this.#walk(path, new Set(mounts.map((mount) => this.#placeOf(mount))));
    if (!node) return undefined;
    if ('mount' in node) return { path: node.mount, kind: 'other', mode: 0, isMounted: true };
    const { stats, place } = node;
    const file = { path: node.path, kind: kindOf(stats), mode: stats.mode & 0o7777 };
    if (maxBytes === undefined || !stats.isFile()) return file;
    return { ...file, content: readRegular(place, maxBytes) };
  }

  /** Runtimes follow the image's links in the destination of a mount: `/var/run/x` is `/run/x`. */
  #placeOf(mount: string): string {
    const names = parts(mount);
    for (let length = names.length; length > 0; length--) {
      const found = this.#walk(names.slice(0, length).join('/'));
      if (found && 'path' in found) return [found.path, ...names.slice(length)].join('/');
    }
    return `/${names.join('/')}`;
  }

  #walk(path: string, mounts: ReadonlySet<string> = new Set()): Node | { mount: string } | undefined {
    const pending = parts(path);
    let above: Directory[] = [this.#root];
    let links = 0;
    for (let part = pending.shift(); part !== undefined; part = pending.shift()) {
      if (part === '..') {
        if (above.length > 1) above.pop();
        continue;
      }
      const at = pathOf([...above, { name: part }]);
      if (mounts.has(at)) return { mount: at };
      const found = lookUp(above.at(-1) ?? this.#root, part);
      if (!found) return mountOver(join(at, ...pending), mounts);
      if (found.stats.isSymbolicLink()) {
        if (++links > maxLinks) return undefined;
        const target = readlinkSync(found.places[0] ?? '');
        if (target.startsWith('/')) above = [this.#root];
        pending.unshift(...parts(target));
      } else if (found.stats.isDirectory()) {
        above.push({ name: part, places: found.places });
      } else {
        const isEnd = pending.length === 0;
        return isEnd ? { path: at, ...found, place: found.places[0] ?? '' } : undefined;
      }
    }
    return directoryNode(above);
  }
}

/** A runtime creates the directories above the destination of a mount. */
function mountOver(path: string, mounts: ReadonlySet<string>): { mount: string } | undefined {
  const mount = [...mounts].find((at) => path === at || path.startsWith(`${at}/`));
  return mount === undefined ? undefined : { mount };
}

function directoryNode(above: readonly Directory[]): Node | undefined {
  const place = above.at(-1)?.places[0];
  if (place === undefined) return undefined;
  return { path: pathOf(above), stats: lstatSync(place), place };
}

/** Looks up a name in a merged directory. A directory is merged with lower layers until one hides the layers below. */
export function lookUp({ places }: Directory, name: string): { stats: Stats; places: string[] } | undefined {
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
export function isWhiteout(stats: Stats): boolean {
  return stats.isCharacterDevice() && stats.rdev === 0;
}

function readRegular(place: string, maxBytes: number): NonNullable<LayerFile['content']> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  return using(openSync(place, O_RDONLY | O_NOFOLLOW | O_NONBLOCK), (file) => {
    const { size } = fstatSync(file);
    if (size > maxBytes) return { tooLarge: size };
    const bytes = Buffer.alloc(size);
    return { text: bytes.toString('utf8', 0, readSync(file, bytes, 0, size, 0)) };
  });
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
