import { mkdir, readFile, rename, statfs, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Magic number of cgroup2fs, linux/magic.h. */
const cgroup2 = 0x63677270;

/** Where hosts with cgroup v1 have the v2 hierarchy beside it (systemd, "hybrid" setup). */
export const unified = '/sys/fs/cgroup/unified';

/** Whether cgroup v1 hierarchies have a v2 one beside them. */
export async function hasHybridCgroups(mount = unified): Promise<boolean> {
  const found = await statfs(mount).catch(() => undefined);
  return found?.type === cgroup2;
}

/**
 * Writes an executable that runs a runtime where the v2 hierarchy of a hybrid host is not to be seen, for crun refuses to
 * work where it is ("cgroups in hybrid mode not supported", crun 1.8). Two daemons, or a second call, may write the same
 * one: it appears whole.
 */
export async function writeHybridWrapper(path: string, runtime: string): Promise<void> {
  const script = hybridWrapper(runtime);
  if ((await readFile(path, 'utf8').catch(() => '')) === script) return;
  await mkdir(dirname(path), { recursive: true, mode: 0o711 });
  const unfinished = `${path}.${process.pid}`;
  await writeFile(unfinished, script, { mode: 0o700 });
  await rename(unfinished, path);
}

/**
 * Only the mount /sys/fs/cgroup becomes a slave, and only in the new mount namespace, so the umount does not reach the
 * host, while every other mount keeps its peers: a container's rshared volumes propagate as they do with any runtime.
 * Should the first command fail, the second must not run, and the runtime says by itself what it does not like.
 */
export function hybridWrapper(runtime: string): string {
  const hide = `mount --make-slave ${dirname(unified)} && umount -l ${unified}`;
  return [
    '#!/bin/sh',
    `# Hides ${unified} from a runtime that does not work beside it.`,
    `exec unshare --mount --propagation unchanged sh -c '${hide}; exec "$0" "$@"' ${quoted(runtime)} "$@"`,
    '',
  ].join('\n');
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}
