import { constants, fstatSync, openSync, readSync } from 'node:fs';
import type { FileOperations } from '../protocol.ts';
import { using } from './openInside.ts';

/** Reads the last lines of a file within `maxBytes`. */
export function readEnd({ path, maxBytes }: FileOperations['readEnd']['args']): string {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  try {
    return using(openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK), (file) => lastBytes(file, maxBytes));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function lastBytes(file: number, maxBytes: number): string {
  const found = fstatSync(file);
  if (!found.isFile()) return '';
  const from = Math.max(0, found.size - maxBytes);
  const bytes = Buffer.alloc(maxBytes);
  const text = bytes.subarray(0, readSync(file, bytes, 0, maxBytes, from)).toString();
  return from === 0 ? text : text.slice(text.indexOf('\n') + 1);
}
