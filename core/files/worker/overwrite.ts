import { constants, fstatSync, ftruncateSync, openSync, writeFileSync } from 'node:fs';
import type { FileOperations } from '../protocol.ts';
import { using } from './openInside.ts';

/**
 * Replaces the content of a file that is bind-mounted into a container, which can write it too. O_NONBLOCK: a lease
 * of a process of the container would block the open (fcntl(2), F_SETLEASE).
 */
export function overwrite({ path, content }: FileOperations['overwrite']['args']): null {
  const { O_WRONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  return using(openSync(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK), (file) => {
    if (!fstatSync(file).isFile()) throw new Error(`expected a regular file at ${path}`);
    ftruncateSync(file);
    writeFileSync(file, content);
    return null;
  });
}
