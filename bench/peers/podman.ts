import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { ociArchive } from '../images/busybox.ts';
import { cgroupOf } from '../sandbox/cgroups.ts';
import { dockerLike } from './dockerLike.ts';
import type { Missing, Platform } from './peer.ts';

/** Podman's defaults exceed what root may set without CAP_SYS_RESOURCE. */
const ulimits = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024'];

/** Prepares podman with a separate store and network configuration. Its default runtime on Debian is crun. */
export async function podman(sandbox: string): Promise<Platform | Missing> {
  if (!existsSync('/usr/bin/podman')) return { name: 'podman', missing: 'apt-get install podman' };
  const dir = join(sandbox, 'podman');
  await mkdir(dir);
  const global = [
    ...['--root', join(dir, 'root'), '--runroot', join(dir, 'run'), '--tmpdir', join(dir, 'tmp')],
    ...['--network-config-dir', join(dir, 'net'), '--cgroup-manager', 'cgroupfs'],
  ];
  await execa('podman', [...global, 'load', '-i', await ociArchive(sandbox)], { timeout: 60_000 });
  return dockerLike({
    name: 'podman',
    file: 'podman',
    global,
    runOptions: ['--cgroup-parent', `${cgroupOf(sandbox)}/podman`, ...ulimits],
    end: async () => {},
  });
}
