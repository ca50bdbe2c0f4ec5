/** The files of a container as kata shares them with the VM: bind mounts in a folder of the sandbox. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readSpec, sandboxOf } from './spec.ts';
import { codes, StatusError } from '../../../plugins/nri/wire/status.ts';

const run = promisify(execFile);

export function sharedFolderOf(sandbox: string): string {
  return join('/run/kata-containers/shared/sandboxes', sandbox);
}

/**
 * Bind mounts the rootfs twice, as 2.x does. A VM that finds the folder of an earlier one sees the files of that: its
 * agent does not find the command then.
 */
export async function shareFiles(bundle: string, id: string): Promise<void> {
  const spec = readSpec(bundle);
  if (sandboxOf(spec) !== undefined) return;
  const folder = sharedFolderOf(id);
  if (existsSync(folder))
    throw new StatusError(
      codes.unknown,
      `rpc error: code = Internal desc = exec: "${spec.process?.args?.[0]}": executable file not found in $PATH`,
    );
  const rootfs = join(folder, 'mounts', id, 'rootfs');
  await mkdir(rootfs, { recursive: true });
  await mkdir(join(folder, 'shared'));
  await run('mount', ['--bind', join(bundle, 'rootfs'), rootfs]);
  await run('mount', ['--rbind', join(folder, 'mounts'), join(folder, 'shared')]);
}

export async function unshareFiles(id: string): Promise<void> {
  const folder = sharedFolderOf(id);
  if (!existsSync(folder)) return;
  for (const path of [`shared/${id}/rootfs`, 'shared', `mounts/${id}/rootfs`])
    await run('umount', ['--lazy', join(folder, path)]).catch(() => undefined);
  await rm(folder, { recursive: true });
}
