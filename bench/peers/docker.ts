import { mkdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { cgroupOf } from '../sandbox/cgroups.ts';
import { dockerArchive } from '../images/busybox.ts';
import { startDaemon } from './daemon.ts';
import { dockerLike } from './dockerLike.ts';
import type { Missing, Platform } from './peer.ts';

/** Prefers Debian's client, which has the version of Debian's daemon. */
export function dockerClient(): string {
  return existsSync('/usr/bin/docker') ? '/usr/bin/docker' : 'docker';
}

/** Starts a separate dockerd with overlay2 and the default bridge. */
export async function docker(sandbox: string): Promise<Platform | Missing> {
  if (!existsSync('/usr/sbin/dockerd')) return { name: 'docker', missing: 'apt-get install docker.io' };
  const dir = join(sandbox, 'docker');
  await mkdir(dir);
  const client = dockerClient();
  const api = `unix://${dir}/docker.sock`;
  const global = ['-H', api];
  const daemon = await startDaemon({
    file: '/usr/sbin/dockerd',
    args: [
      ...global,
      ...['--data-root', join(dir, 'root'), '--exec-root', join(dir, 'run'), '--pidfile', join(dir, 'pid')],
      ...['--storage-driver', 'overlay2', '--cgroup-parent', `${cgroupOf(sandbox)}/docker`],
    ],
    logFile: join(dir, 'log'),
    isReady: async () =>
      (await execa(client, [...global, 'version'], { reject: false, timeout: 5_000 })).exitCode === 0,
  });
  await execa(client, [...global, 'load', '-i', await dockerArchive(sandbox)], { timeout: 60_000 });
  return dockerLike({ name: 'docker', file: client, api, global, end: () => daemon.end() });
}
