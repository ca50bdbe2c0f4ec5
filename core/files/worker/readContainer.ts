import type { FileText, FileOperations } from '../protocol.ts';
import { openContainerRoot } from './containerRoot.ts';
import { openInside, using } from './openInside.ts';
import { readText } from './regularFile.ts';

/** Reads files of a running container as its processes see them. */
export function readContainer({
  init,
  paths,
  maxBytes,
}: FileOperations['readContainer']['args']): FileText[] {
  return using(openContainerRoot(init), (root) => paths.map((path) => readInside(root, path, maxBytes)));
}

/** Reads the text of a file in the directory `root`. */
export function readInside(root: number, path: string, maxBytes: number): FileText {
  try {
    return using(openInside(root, path), (handle) => readText(handle, path, maxBytes));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { missing: true };
    return {
      refused: `cannot read ${path}: ${code === 'ELOOP' ? 'its links are circular or lead out of the container' : message}`,
    };
  }
}
