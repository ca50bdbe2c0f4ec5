import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { PouchError } from '../../../hooks/errors.ts';

/**
 * Directories where distributions install containerd, its shims and runc. The PATH of a daemon often lacks the sbin
 * ones.
 */
const usualDirectories = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Returns the PATH of containerd, which it searches for its shims, and these for runc. */
export function searchPath(path = process.env['PATH'] ?? ''): string {
  return [...new Set([...path.split(delimiter), ...usualDirectories])].filter(isAbsolute).join(delimiter);
}

/**
 * Returns the absolute path of containerd: the configured one, or the first in {@link searchPath}.
 * @throws PCH_CONTAINERD_MISSING
 */
export function findContainerd(configured?: string, path = searchPath()): string {
  const candidates =
    configured === undefined ? path.split(delimiter).map((dir) => join(dir, 'containerd')) : [configured];
  const found = candidates.find(isExecutable);
  if (found !== undefined) return found;
  throw new PouchError(
    'PCH_CONTAINERD_MISSING',
    `no executable containerd found at ${candidates.join(', ')}`,
    {
      hint: 'install it (Debian: apt-get install containerd runc), or use a running one: containerd.managed: false and its socket as containerd.address',
    },
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
