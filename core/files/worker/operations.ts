import { mkdirSync, type Stats, statSync } from 'node:fs';
import type { FileFacts, FileOperations, FileRequest } from '../protocol.ts';
import { clearFill, fillVolume } from './fillVolume.ts';
import { mountMappedAll } from './mountMappedAll.ts';
import { ownRoot } from './ownRoot.ts';
import { overwrite } from './overwrite.ts';
import { readContainer } from './readContainer.ts';
import { readEnd } from './readEnd.ts';
import { readLayers } from './readLayers.ts';
import { removeTree } from './removeTree.ts';
import { kindOf } from '../fileKind.ts';

/** @throws Error, with the name of an errno or a code of Pouch as its `code` */
export function perform(request: FileRequest): FileOperations[FileRequest['op']]['result'] | void {
  switch (request.op) {
    case 'look':
      return request.paths.map(look);
    case 'makeDirectory':
      return void mkdirSync(request.path, { recursive: true });
    case 'readContainer':
      return readContainer(request);
    case 'readLayers':
      return readLayers(request);
    case 'overwrite':
      return overwrite(request);
    case 'readEnd':
      return readEnd(request);
    case 'fillVolume':
      return fillVolume(request);
    case 'clearFill':
      return clearFill(request);
    case 'removeTree':
      return removeTree(request.path);
    case 'ownRoot':
      return ownRoot(request);
    case 'mountMapped':
      return mountMappedAll(request);
  }
}

function look(path: string): FileFacts | null {
  const found = statOptional(path);
  if (!found) return null;
  const { mode, uid, gid, rdev } = found;
  return { kind: kindOf(found), mode: mode & 0o7777, uid, gid, rdev };
}

/** A path that leads through a file is as missing as one that leads nowhere. */
function statOptional(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
