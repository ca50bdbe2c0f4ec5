import { readdirSync, readFileSync } from 'node:fs';

/** Names in a directory; empty if it does not exist (any more). */
export function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** A file's text; empty if it does not exist (any more). */
export function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
