import { readFile } from 'node:fs/promises';
import type { ContainerDraft, FileAccess } from '../../hooks/index.ts';

/**
 * Mounts what is mounted below the sources of bind mounts by mounts of their own: in a user namespace crun 1.8 opens a
 * source on the host without it, also for `rbind` (get_bind_mount in src/libcrun/linux.c).
 */
export async function withSubmounts(
  draft: ContainerDraft,
  files: FileAccess,
  mountPoints: () => Promise<string[]> = ownMountPoints,
): Promise<void> {
  if (draft.uidMappings.length === 0) return;
  for (const [destination, mount] of Object.entries(draft.mounts)) {
    if (mount.type !== 'bind' || !mount.options.includes('rbind') || !draft.effects[`bind.${destination}`])
      continue;
    const source = (await files.look(mount.source))?.path ?? mount.source;
    for (const point of await mountPoints())
      if (point.startsWith(`${source}/`))
        draft.mounts[destination + point.slice(source.length)] ??= {
          ...structuredClone(mount),
          source: point,
        };
  }
}

/** Of the mounts that this process sees (proc_pid_mountinfo(5)). */
async function ownMountPoints(): Promise<string[]> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  return lines.map((line) => unescaped(line.split(' ')[4] ?? ''));
}

/** Spaces and backslashes are written as octal numbers. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}
