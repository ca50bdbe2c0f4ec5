import { readdirSync } from 'node:fs';

/** A path that leads through a file is as missing as one that leads nowhere. */
export function list(path: string): string[] | null {
  try {
    return readdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}
