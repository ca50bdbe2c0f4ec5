import { lchownSync, lstatSync } from 'node:fs';
import { hostId, isMapped } from '../../userns/ids.ts';
import type { FileOperations } from '../protocol.ts';

/** The directory that a container's writes go to: its root is the container's root until somebody changes it. */
export function ownRoot({ path, uidMappings, gidMappings }: FileOperations['ownRoot']['args']): null {
  const { uid, gid } = lstatSync(path);
  if (!isMapped(uid, uidMappings) || !isMapped(gid, gidMappings))
    lchownSync(path, hostId(0, uidMappings) ?? uid, hostId(0, gidMappings) ?? gid);
  return null;
}
