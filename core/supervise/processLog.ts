import { closeSync, fstatSync, openSync, readSync, renameSync } from 'node:fs';

/** Opens a log for appending. Renames a log above `maxBytes` to PATH.1 first. Returns the file descriptor. */
export function openProcessLog(path: string, maxBytes: number): number {
  const fd = openForAppend(path);
  if (fstatSync(fd).size <= maxBytes) return fd;
  closeSync(fd);
  renameSync(path, `${path}.1`);
  return openForAppend(path);
}

/** Returns the last lines of a log within `bytes`; empty if it cannot be read. */
export function tailOfLog(path: string, bytes = 2048): string {
  try {
    return readTail(path, bytes);
  } catch {
    return '';
  }
}

function readTail(path: string, bytes: number): string {
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    const start = Math.max(0, size - bytes);
    const buffer = Buffer.alloc(size - start);
    const text = buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, start));
    return (start === 0 ? text : text.slice(text.indexOf('\n') + 1)).trimEnd();
  } finally {
    closeSync(fd);
  }
}

function openForAppend(path: string): number {
  return openSync(path, 'a', 0o600);
}
