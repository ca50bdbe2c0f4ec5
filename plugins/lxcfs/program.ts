import { accessSync, constants } from 'node:fs';
import type { Sidecar } from '../../hooks/index.ts';

const usual = ['/usr/bin/lxcfs', '/usr/sbin/lxcfs', '/usr/local/bin/lxcfs'];

/** Returns the executable; undefined if none is installed. */
export function findLxcfs(path: string | undefined): string | undefined {
  return (path === undefined ? usual : [path]).find(isExecutable);
}

/** Where the host sees lxcfs’s files. */
export function mountPoint(state: string): string {
  return `${state}/sidecars/lxcfs.lxcfs/fs`;
}

/**
 * Its directory is empty at each start: the mount point is made anew. It outlives pouchd, because containers do. CPU
 * limits by quota count as CPUs (`--enable-cfs`), and loads are those of the container (`-l`).
 */
export function lxcfsSidecar(program: string): Sidecar & { isOptional: true } {
  const start =
    'mkdir "$RUNTIME_DIRECTORY/fs" && exec "$0" "$@" -p "$RUNTIME_DIRECTORY/pid" "$RUNTIME_DIRECTORY/fs"';
  return {
    name: 'lxcfs',
    doc: 'The file system with the values of containers for /proc and /sys.',
    command: ['/bin/sh', '-c', start, program, '-f', '-l', '--enable-cfs'],
    namespaces: 'host',
    keep: true,
    isOptional: true,
  };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
