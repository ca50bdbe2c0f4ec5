import { fstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { handlePath, openInside, using } from '../openInside.ts';
import { bytesOf, childPath } from './paths.ts';

/**
 * Removes a name of a directory, with what is below it, and follows no link: the container may exchange files
 * meanwhile. A mount in it is EBUSY.
 */
export function removeChild(directory: number, name: string): void {
  const path = childPath(directory, name);
  const isDirectory = using(openInside(directory, bytesOf(name), { links: 'kept' }), (handle) => {
    if (!fstatSync(handle).isDirectory()) return false;
    for (const child of readdirSync(handlePath(handle), { encoding: 'latin1' })) removeChild(handle, child);
    return true;
  });
  if (isDirectory) rmdirSync(path);
  else unlinkSync(path);
}
