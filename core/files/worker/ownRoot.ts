import { lchownSync, lstatSync } from 'node:fs';
import { hostId, isMapped } from '../../userns/ids.ts';
import type { FileOperations } from '../protocol.ts';

/**
 * Gives the root of a container's writable layer to the container's root user, unless an owner inside is set already.
 */
export function ownRoot({ path, uidMappings, gidMappings }: FileOperations['ownRoot']['args']): null {
  const { uid, gid } = lstatSync(path);
  if (!isMapped(uid, uidMappings) || !isMapped(gid, gidMappings))
    lchownSync(path, hostId(0, uidMappings) ?? uid, hostId(0, gidMappings) ?? gid);
  return null;
}
