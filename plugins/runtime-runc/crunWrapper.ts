import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { unified } from './hybridCgroups.ts';

/** What crun is to be kept from. */
export interface Needs {
  /** From a host with hybrid cgroups, where it refuses to work ("cgroups in hybrid mode not supported", crun 1.8). */
  hybrid: boolean;
  /** From the host's /dev/null, which it gives to the container's user (crun issue 1845). */
  ownNull: boolean;
}

/** Answers the path of an executable that runs crun so; two daemons may write the same one, it appears whole. */
export async function writeCrunWrapper(directory: string, crun: string, needs: Needs): Promise<string> {
  const path = join(directory, 'crun');
  const nullDevice = join(directory, 'null');
  const script = crunWrapper(crun, { ...needs, nullDevice });
  await mkdir(directory, { recursive: true, mode: 0o711 });
  if (needs.ownNull) await makeNull(nullDevice);
  if ((await readFile(path, 'utf8').catch(() => '')) === script) return path;
  const unfinished = `${path}.${process.pid}`;
  await writeFile(unfinished, script, { mode: 0o700 });
  await rename(unfinished, path);
  return path;
}

export function crunWrapper(crun: string, needs: Needs & { nullDevice: string }): string {
  return [
    '#!/bin/sh',
    ...(needs.ownNull ? replaceNull(quoted(needs.nullDevice)) : []),
    needs.hybrid ? hideUnified(quoted(crun)) : `exec ${quoted(crun)} "$@"`,
    '',
  ].join('\n');
}

/** Standard streams that are the host's /dev/null become another device of that kind, if it can be opened here. */
function replaceNull(device: string): string[] {
  return [
    `if { true <${device}; } 2>/dev/null; then`,
    `  [ /proc/self/fd/0 -ef /dev/null ] && exec <${device}`,
    `  [ /proc/self/fd/1 -ef /dev/null ] && exec >${device}`,
    `  [ /proc/self/fd/2 -ef /dev/null ] && exec 2>${device}`,
    'fi',
  ];
}

/**
 * Only this one mount becomes a slave, and only in the new mount namespace, so the tmpfs over it does not reach the host,
 * while every other mount keeps its peers: a container's rshared volumes propagate as they do with any runtime. It is
 * covered and not unmounted, for crun makes a directory there for each container, which would stay below the host's mount.
 * Should the first command fail, the second must not run, and crun says by itself what it does not like.
 */
function hideUnified(crun: string): string {
  const hide = `mount --make-slave ${unified} && mount -t tmpfs -o nosuid,nodev,noexec,mode=755 tmpfs ${unified}`;
  return `exec unshare --mount --propagation unchanged sh -c '${hide}; exec "$0" "$@"' ${crun} "$@"`;
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}

/** Numbers of /dev/null: 1, 3 (kernel doc admin-guide/devices). */
async function makeNull(path: string): Promise<void> {
  if ((await stat(path).catch(() => undefined))?.isCharacterDevice()) return;
  await promisify(execFile)('mknod', ['-m', '666', path, 'c', '1', '3']).catch(async (error: unknown) => {
    if (!(await stat(path).catch(() => undefined))?.isCharacterDevice()) throw error;
  });
}
