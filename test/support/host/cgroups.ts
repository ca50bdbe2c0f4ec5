import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { read } from './files.ts';

/** Mount points of every cgroup hierarchy, v1 and v2. */
export function hierarchies(): string[] {
  return read('/proc/self/mounts')
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, , type]) => type === 'cgroup' || type === 'cgroup2')
    .map(([, path = '']) => path);
}

/** Every cgroup below one, in every hierarchy, parents first. */
export function cgroupsBelow(path: string): string[] {
  return hierarchies().flatMap((root) => directoriesBelow(join(root, path)));
}

const resume = [
  ['freezer.state', 'THAWED'],
  ['cgroup.freeze', '0'],
] as const;

/** Resumes all processes below a cgroup: SIGKILL does not end a frozen one (v1). */
export function thaw(path: string): void {
  for (const cgroup of cgroupsBelow(path))
    for (const [file, value] of resume)
      if (existsSync(join(cgroup, file))) writeFileSync(join(cgroup, file), value);
}

/** The cgroup and all below it; processes in them must have ended. */
export async function removeCgroup(path: string): Promise<void> {
  const parents = hierarchies().map((root) => join(root, path));
  for (const cgroup of [...parents, ...cgroupsBelow(path)].toReversed()) await rmdir(cgroup).catch(() => {});
}

function directoriesBelow(path: string): string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const own = entries.map(({ name }) => join(path, name));
    return own.flatMap((directory) => [directory, ...directoriesBelow(directory)]);
  } catch {
    return [];
  }
}
