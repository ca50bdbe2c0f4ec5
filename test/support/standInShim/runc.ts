/** runc in the place of a virtual machine. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Mount } from '../../../core/containerd/gen/types/mount.ts';

const run = promisify(execFile);

export function runcArgs(bundle: string, ...args: string[]): string[] {
  const log = join(bundle, 'runc.log');
  return ['--root', join(bundle, 'runc'), '--log', log, '--log-format', 'json', ...args];
}

export async function runc(bundle: string, ...args: string[]): Promise<void> {
  await run('runc', runcArgs(bundle, ...args));
}

export async function mountRootfs(bundle: string, mounts: readonly Mount[]): Promise<void> {
  for (const { type, source, options } of mounts)
    await run('mount', ['-t', type, '-o', options.join(','), source, join(bundle, 'rootfs')]);
}

export async function clearContainer(bundle: string, id: string): Promise<void> {
  await runc(bundle, 'delete', '--force', id).catch(() => undefined);
  await run('umount', ['--lazy', join(bundle, 'rootfs')]).catch(() => undefined);
}
