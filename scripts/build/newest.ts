import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Returns the mtime of the newest file at or below a path, in milliseconds; includes directories to detect removed
 * files.
 */
export function newest(path: string): number {
  const info = statSync(path);
  if (!info.isDirectory()) return info.mtimeMs;
  return Math.max(info.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}
