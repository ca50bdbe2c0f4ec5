import { readdirSync } from 'node:fs';

/**
 * Returns the sorted names in a directory; null if it does not exist. A path below a file (ENOTDIR) does not exist
 * either.
 */
export function list(path: string): string[] | null {
  try {
    return readdirSync(path).sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}
