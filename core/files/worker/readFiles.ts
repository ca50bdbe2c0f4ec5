import { openSync } from 'node:fs';
import type { FileOperations, FileText } from '../protocol.ts';
import { O_PATH, using } from './openInside.ts';
import { readText } from './regularFile.ts';

export function readFiles({ paths, maxBytes }: FileOperations['readFiles']['args']): FileText[] {
  return paths.map((path) => readFile(path, maxBytes));
}

function readFile(path: string, maxBytes: number): FileText {
  try {
    return using(openSync(path, O_PATH), (handle) => readText(handle, path, maxBytes));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { missing: true };
    // The error says nothing about the file.
    if (code === 'EMFILE' || code === 'ENFILE') throw error;
    return { refused: message };
  }
}
