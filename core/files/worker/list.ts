import { readdirSync } from 'node:fs';

/** In the order of the names, whichever engine runs it. A path that leads through a file is as missing as one that leads nowhere. */
export function list(path: string): string[] | null {
  try {
    return readdirSync(path).sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}
