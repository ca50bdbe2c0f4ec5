import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { PouchError } from '../../../hooks/errors.ts';

/** Where distributions put containerd, its shims and runc; a daemon's own PATH often lacks the sbin ones. */
const usualDirectories = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** PATH for containerd, which looks for its shims there, as these do for runc. */
export function searchPath(path = process.env['PATH'] ?? ''): string {
  return [...new Set([...path.split(delimiter), ...usualDirectories])].filter(isAbsolute).join(delimiter);
}

/** The absolute path of containerd: the configured one, or the first in {@link searchPath}; else PCH_CONTAINERD_MISSING. */
export function findContainerd(configured?: string, path = searchPath()): string {
  const candidates =
    configured === undefined ? path.split(delimiter).map((dir) => join(dir, 'containerd')) : [configured];
  const found = candidates.find(isExecutable);
  if (found !== undefined) return found;
  throw new PouchError(
    'PCH_CONTAINERD_MISSING',
    `no executable containerd was found at ${candidates.join(', ')}`,
    {
      hint: 'Install it (Debian: apt-get install containerd runc), or set containerd.address to a running one.',
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
