import { closeSync, constants, openSync, readFileSync } from 'node:fs';

/** Reads a file that pouchd has written. A FIFO in its place does not hold up the caller. */
export function readText(file: string): string {
  const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}
