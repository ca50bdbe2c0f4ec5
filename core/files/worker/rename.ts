import { renameSync } from 'node:fs';
import type { FileOperations } from '../protocol.ts';

export function rename({ from, to }: FileOperations['rename']['args']): null {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return null;
}
