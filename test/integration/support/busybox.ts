import { copyFile, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Makes a root file system of Debian's static busybox. */
export async function busyboxRootfs(path: string): Promise<void> {
  for (const dir of ['bin', 'proc', 'dev', 'tmp']) await mkdir(join(path, dir), { recursive: true });
  await copyFile('/bin/busybox', join(path, 'bin/busybox'));
  for (const applet of ['sh', 'sleep', 'true', 'cat', 'echo', 'ls'])
    await symlink('busybox', join(path, 'bin', applet));
}

/** A minimal OCI spec that runs a command in it, without a network. */
export function busyboxSpec(args: readonly string[], cgroupsPath: string): object {
  return {
    ociVersion: '1.0.2',
    process: { args, cwd: '/', env: ['PATH=/bin'], user: { uid: 0, gid: 0 } },
    root: { path: 'rootfs' },
    mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }],
    linux: {
      cgroupsPath,
      namespaces: ['pid', 'mount', 'ipc', 'uts', 'network'].map((type) => ({ type })),
    },
  };
}
