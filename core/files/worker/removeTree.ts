import { rmdirSync } from 'node:fs';
import { runTool } from './runTool.ts';

/**
 * rm(1) holds on to each directory that it descends into: one that is swapped for a link meanwhile leads it nowhere. What is
 * mounted below the path is not removed.
 */
export function removeTree(path: string): null {
  if (!removeEmpty(path)) runTool('rm', ['-rf', '--one-file-system', '--', path]);
  return null;
}

export function removeEmptyDirectory(path: string): null {
  removeEmpty(path);
  return null;
}

/** The usual volume is empty, and needs no process. */
function removeEmpty(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}
