/** Fills an empty volume with the image's content at its mount point. */
import { fstatSync, mkdirSync, openSync, readdirSync, renameSync } from 'node:fs';
import type { FileOperations } from '../protocol.ts';
import { mountSnapshot, release } from './mountSnapshot.ts';
import { openOptional, using } from './openInside.ts';
import { removeTree } from './removeTree.ts';
import { runTool } from './runTool.ts';

type FillArgs = FileOperations['fillVolume']['args'];

/**
 * Copies from a mount of the container's snapshot, which merges the layers. A rename fills the volume atomically: a
 * crash leaves it empty, never with a part of the content.
 */
export function fillVolume({ snapshot, mountPoint, path, target, staging }: FillArgs): null {
  if (readdirSync(target).length > 0) return null;
  try {
    mountSnapshot(snapshot, mountPoint);
    const found = using(openSync(mountPoint, 'r'), (root) => openOptional(root, path));
    if (found !== undefined)
      using(found, (source) => {
        if (fstatSync(source).isDirectory()) copy(source, target, staging);
      });
  } finally {
    release(mountPoint);
  }
  return null;
}

export function clearFill({ mountPoint, staging }: FileOperations['clearFill']['args']): null {
  release(mountPoint);
  return removeTree(staging);
}

/**
 * cp(1) preserves owners, modes, times, extended attributes, links and holes. It also copies device nodes; the
 * container's cgroup controls their use, as for those of the image.
 */
function copy(source: number, target: string, staging: string): void {
  removeTree(staging);
  mkdirSync(staging);
  runTool('cp', ['-a', '--', '/proc/self/fd/3/.', staging], source);
  try {
    renameSync(staging, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // The create of another container has filled it meanwhile.
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    removeTree(staging);
  }
}
