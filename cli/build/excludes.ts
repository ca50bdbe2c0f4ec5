import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import dockerignore from '@balena/dockerignore';

/** The file of patterns, in the root of a context. */
export const ignoreFile = '.dockerignore';

export interface Excludes {
  /** The text of `.dockerignore`; undefined without it. */
  text: string | undefined;
  /** Whether a path of the context is left out. */
  leavesOut(path: string): boolean;
  /** Whether all that a directory has is left out with it. */
  leavesOutAll(directory: string): boolean;
}

/** Reads `.dockerignore`. The daemon needs it and the Dockerfile in any case, and leaves them out of images. */
export async function readExcludes(context: string, dockerfile: string): Promise<Excludes> {
  const text = await readFile(join(context, ignoreFile), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });
  if (text === undefined) return { text, leavesOut: () => false, leavesOutAll: () => false };
  const patterns = dockerignore.default().add(text);
  const needed = new Set([ignoreFile, dockerfile]);
  const hasExceptions = /^\s*!/m.test(text);
  const leavesOut = (path: string) => !needed.has(path) && patterns.ignores(path);
  const holdsNeeded = (directory: string) => [...needed].some((path) => path.startsWith(`${directory}/`));
  return {
    text,
    leavesOut,
    leavesOutAll: (directory) => leavesOut(directory) && !hasExceptions && !holdsNeeded(directory),
  };
}
