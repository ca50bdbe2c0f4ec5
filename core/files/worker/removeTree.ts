import { rmdirSync } from 'node:fs';
import { runTool } from './runTool.ts';

/**
 * Removes a directory tree with rm(1), which keeps each directory open: replacing one with a link meanwhile does not
 * mislead it. Does not remove what is mounted in the tree.
 */
export function removeTree(path: string): null {
  if (!removeEmpty(path)) runTool('rm', ['-rf', '--one-file-system', '--', path]);
  return null;
}

/** Bytes that a tree takes on the disk, without what is mounted in it. */
export function treeUsage(path: string): number {
  return Number.parseInt(
    runTool('du', ['--summarize', '--one-file-system', '--block-size=1', '--', path]),
    10,
  );
}

export function removeEmptyDirectory(path: string): null {
  removeEmpty(path);
  return null;
}

/** Most volumes are empty, and need no process. */
function removeEmpty(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}
