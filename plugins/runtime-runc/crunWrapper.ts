import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { unified } from '../../hooks/index.ts';

/** What the wrapper hides from crun, beside the OOM score of what starts it. */
export interface Needs {
  /** Hybrid cgroups, which crun does not support ("cgroups in hybrid mode not supported", crun 1.8). */
  hybrid: boolean;
  /** The host's /dev/null, whose owner crun changes to the container's user (crun issue 1845). */
  ownNull: boolean;
}

/** Returns the path of a wrapper of crun, which it writes atomically, since two daemons may write the same one. */
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
    ...setScore,
    ...(needs.ownNull ? replaceNull(quoted(needs.nullDevice)) : []),
    needs.hybrid ? hideUnified(quoted(crun)) : `exec ${quoted(crun)} "$@"`,
    '',
  ].join('\n');
}

/**
 * Begins with the OOM score adjustment of the process that crun starts, 0 unless it is an exec with another one. crun
 * ignores 0 (libcrun_set_oom in src/libcrun/linux.c, 1.8), and that of an exec, and they would have that of the shim,
 * which is protected from the OOM killer. A score that may not be set here stays.
 */
const setScore = [
  'score=0 last=',
  'for word; do',
  `  [ "$last" = --process ] && score=$(sed -n 's/.*"oomScoreAdj":\\(-*[0-9]*\\).*/\\1/p' "$word")`,
  '  last=$word',
  'done',
  '{ echo "${score:-0}" >/proc/self/oom_score_adj; } 2>/dev/null',
];

/** Replaces standard streams that are the host's /dev/null with another null device, if that can be opened here. */
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
 * Only this mount becomes a slave, and only in the new mount namespace: the tmpfs over it does not propagate to the
 * host, and every other mount keeps its peers, so rshared volumes propagate as with any runtime. The mount is
 * covered, not unmounted: crun creates a directory there for each container, which would stay below the host's mount.
 * If the first command fails, the second must not run; crun then reports the error itself.
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
