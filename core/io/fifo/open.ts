import { constants, openSync } from 'node:fs';

/** Never waits for the other end, never leaves a container's symlink to follow. */
const flags = constants.O_NONBLOCK | constants.O_NOFOLLOW;

/** Opens a FIFO's read end, whether or not there is a writer. Returns the file descriptor. */
export function openReadEnd(path: string): number {
  return openSync(path, constants.O_RDONLY | flags);
}

/**
 * Opens a FIFO's write end.
 * @throws ENXIO while nobody has the read end open
 */
export function openWriteEnd(path: string): number {
  return openSync(path, constants.O_WRONLY | flags);
}
