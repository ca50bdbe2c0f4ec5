import { constants, openSync } from 'node:fs';

/** Do not wait for the other end, and do not follow a symbolic link of a container. */
const flags = constants.O_NONBLOCK | constants.O_NOFOLLOW;

/** Opens a FIFO's read end, with or without a writer. Returns the file descriptor. */
export function openReadEnd(path: string): number {
  return openSync(path, constants.O_RDONLY | flags);
}

/**
 * Opens a FIFO's write end. Returns the file descriptor.
 * @throws ENXIO while no process has the read end open
 */
export function openWriteEnd(path: string): number {
  return openSync(path, constants.O_WRONLY | flags);
}
