/** Gives a container that runs a device node, and takes one away. The container is not trusted. */
import { statSync, unlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { deviceNumbers } from '../../../hooks/deviceNumbers.ts';
import { check, libcFunction, umount } from '../../host/libc.ts';
import { attachOn, withMountTree } from '../../host/mountTree.ts';
import type { FileOperations } from '../protocol.ts';
import {
  atPlace,
  isMountPoint,
  makeDirectories,
  makeIn,
  mountAttributes,
  withContainer,
} from './bindInside.ts';
import { inMountNamespace } from './inMountNamespace.ts';
import { handlePath, openInside, using } from './openInside.ts';

const fchdir = libcFunction('int fchdir(int fd)');

/** A path through a link would let the container choose another place for the node. */
const asNamed = { links: 'refused' } as const;

/** Binds a node of the host on a new file. EEXIST: the container has something else on the path. */
export function addDeviceInside({ init, ...args }: FileOperations['addDeviceInside']['args']): null {
  const { source, target, owner } = args;
  return withContainer(init, ({ process, namespace, root }) => {
    makeDirectories(root, dirname(target), owner);
    if (atPlace(root, target, (place) => isEmptyFile(place)) === undefined)
      makeIn(root, target, owner, (path) => writeFileSync(path, '', { flag: 'wx', mode: 0o644 }));
    const attributes = mountAttributes(['nosuid', 'noexec']);
    return withMountTree(source, { attributes, what: `mount ${source}` }, (tree) =>
      using(openInside(root, target, asNamed), (place) => {
        if (!isEmptyFile(place) || isMountPoint(process, root, target)) throw taken(target);
        inMountNamespace(namespace, () => attachOn(tree, place, target));
        return null;
      }),
    );
  });
}

/** Processes keep what they have open. */
export function removeDeviceInside(args: FileOperations['removeDeviceInside']['args']): null {
  const { init, target, sources, numbers } = args;
  return withContainer(init, ({ process, namespace, root }) => {
    const parent = openParent(root, target);
    if (parent === undefined) return null;
    return using(parent, () => {
      const isBound = atPlace(root, target, (place) => isOneOf(place, sources)) ?? false;
      if (isBound && isMountPoint(process, root, target))
        inMountNamespace(namespace, () => {
          check(fchdir(parent), `enter ${dirname(target)}`);
          umount(basename(target), { lazily: true });
        });
      const isLeft = atPlace(root, target, (place) => isEmptyFile(place) || hasNumbers(place, numbers));
      if (isLeft) unlinkSync(`${handlePath(parent)}/${basename(target)}`);
      return null;
    });
  });
}

function openParent(root: number, target: string): number | undefined {
  try {
    return openInside(root, dirname(target), asNamed);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return undefined;
    throw error;
  }
}

/** What is below a mount, or waits for one. */
function isEmptyFile(place: number): boolean {
  const stats = statSync(handlePath(place));
  return stats.isFile() && stats.size === 0;
}

function isOneOf(place: number, sources: readonly string[]): boolean {
  const { dev, ino } = statSync(handlePath(place));
  return sources.some((source) => {
    const found = statSync(source, { throwIfNoEntry: false });
    return found?.dev === dev && found.ino === ino;
  });
}

/** Of the node that the runtime has created at the start. */
function hasNumbers(place: number, wanted: { major: number; minor: number } | null): boolean {
  if (wanted === null) return false;
  const stats = statSync(handlePath(place));
  if (!stats.isCharacterDevice() && !stats.isBlockDevice()) return false;
  const { major, minor } = deviceNumbers(stats.rdev);
  return major === wanted.major && minor === wanted.minor;
}

function taken(target: string): Error {
  return Object.assign(new Error(`${target} exists`), { code: 'EEXIST' });
}
