import { mkdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import type { FileFacts } from '../../../hooks/files.ts';
import type { FileOperations, FileReply, FileRequest } from '../protocol.ts';
import { clearFill, fillVolume } from './fillVolume.ts';
import { firstBoot } from './firstBoot/firstBoot.ts';
import { copyLayer, layerSpace, syncTree } from './copyLayer.ts';
import { attachDisk, detachDisk, diskUsage, growDisk, makeDisk, removeDisk } from './rootDisk.ts';
import { archiveInside, statInside } from './copy/archiveInside.ts';
import { extractInside } from './copy/extractInside.ts';
import { diffRoots } from './diffRoots.ts';
import { clearKeep, keepPaths } from './keepPaths.ts';
import { layerChanges } from './layerChanges.ts';
import { list } from './list.ts';
import { bindInside, unbindInside } from './bindInside.ts';
import { addDeviceInside, removeDeviceInside } from './deviceInside.ts';
import { mountInside } from './mountInside.ts';
import { mountMappedAll } from './mountMappedAll.ts';
import { ownRoot } from './ownRoot.ts';
import { overwrite } from './overwrite.ts';
import { placeFile, removeFile } from './placeFile.ts';
import { placeLink, removeLink } from './placeLink.ts';
import { readContainer } from './readContainer.ts';
import { readFiles } from './readFiles.ts';
import { readEnd } from './readEnd.ts';
import { readLayers } from './readLayers.ts';
import { removeEmptyDirectory, removeTree, treeUsage } from './removeTree.ts';
import { rename } from './rename.ts';
import { makeDirectories, tracePath } from './tracePath.ts';
import { setHostname } from './setHostname.ts';
import { tidyLayer } from './tidyLayer.ts';
import { writeInside } from './writeInside.ts';
import { createVolume, removeVolume } from './volume.ts';
import { kindOf } from '../fileKind.ts';

/** Does a request. A failure is a reply, too. */
export function replyTo(request: FileRequest): FileReply {
  try {
    return { result: perform(request) ?? null };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { error: { ...(code !== undefined && { code }), message } };
  }
}

/** Performs a request. @throws Error, with the name of an errno or a code of Pouch as its `code` */
function perform(request: FileRequest): FileOperations[FileRequest['op']]['result'] | void {
  switch (request.op) {
    case 'look':
      return request.paths.map(look);
    case 'list':
      return list(request.path);
    case 'readFiles':
      return readFiles(request);
    case 'makeDirectory':
      return void mkdirSync(request.path, { recursive: true, mode: request.mode });
    case 'trace':
      return tracePath(request.path);
    case 'makeDirectories':
      return makeDirectories(request.paths);
    case 'placeFile':
      return placeFile(request);
    case 'removeFile':
      return removeFile(request.path);
    case 'placeLink':
      return placeLink(request);
    case 'removeLink':
      return removeLink(request);
    case 'rename':
      return rename(request);
    case 'readContainer':
      return readContainer(request);
    case 'writeInside':
      return writeInside(request);
    case 'firstBoot':
      return firstBoot(request);
    case 'addDeviceInside':
      return addDeviceInside(request);
    case 'removeDeviceInside':
      return removeDeviceInside(request);
    case 'mountInside':
      return mountInside(request);
    case 'bindInside':
      return bindInside(request);
    case 'unbindInside':
      return unbindInside(request);
    case 'setHostname':
      return setHostname(request);
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
    case 'copyLayer':
      return copyLayer(request);
    case 'tidyLayer':
      return tidyLayer(request);
    case 'layerSpace':
      return layerSpace(request);
    case 'makeDisk':
      return makeDisk(request);
    case 'attachDisk':
      return attachDisk(request);
    case 'growDisk':
      return growDisk(request);
    case 'detachDisk':
      return detachDisk(request);
    case 'removeDisk':
      return removeDisk(request);
    case 'diskUsage':
      return diskUsage(request);
    case 'syncTree':
      return syncTree(request);
    case 'keepPaths':
      return keepPaths(request);
    case 'clearKeep':
      return clearKeep(request);
    case 'diffRoots':
      return diffRoots(request);
    case 'layerChanges':
      return layerChanges(request);
    case 'createVolume':
      return createVolume(request);
    case 'removeVolume':
      return removeVolume(request);
    case 'removeEmptyDirectory':
      return removeEmptyDirectory(request.path);
    case 'removeTree':
      return removeTree(request.path);
    case 'treeUsage':
      return treeUsage(request.path);
    case 'ownRoot':
      return ownRoot(request);
    case 'statInside':
      return statInside(request);
    case 'archiveInside':
      return archiveInside(request);
    case 'extractInside':
      return extractInside(request);
    case 'mountMapped':
      return mountMappedAll(request);
  }
}

function look(path: string): FileFacts | null {
  const found = statOptional(path);
  if (!found) return null;
  const { mode, uid, gid, rdev } = found;
  return { path: realpathSync(path), kind: kindOf(found), mode: mode & 0o7777, uid, gid, rdev };
}

/** A path below a file (ENOTDIR) does not exist either. */
function statOptional(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
