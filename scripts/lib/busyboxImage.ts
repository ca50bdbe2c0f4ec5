import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { type LayerFile, layerTar, writeImageArchive } from './imageArchive.ts';

/** From Debian's package busybox-static. */
const busybox = '/bin/busybox';

export const busyboxReference = 'docker.io/library/busybox:latest';

/** Writes an image archive with the host's static busybox, which needs no network. Returns the image's id. */
export async function busyboxImage(file: string, reference: string = busyboxReference): Promise<string> {
  const layer = await layerTar(await busyboxFiles());
  return writeImageArchive(file, {
    reference,
    layers: [layer],
    config: { Cmd: ['sh'], Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'] },
  });
}

/** Returns a root file system: busybox, a link per applet, and the files of users and groups. */
export async function busyboxFiles(): Promise<LayerFile[]> {
  const directories = [
    'bin',
    'dev',
    'etc',
    'home',
    'proc',
    'root',
    'sbin',
    'sys',
    'usr',
    'usr/bin',
    'usr/sbin',
    'var',
  ];
  return [
    ...directories.map((path) => ({ path })),
    { path: 'tmp', mode: 0o1777 },
    { path: 'var/www', mode: 0o755 },
    { path: 'bin/busybox', mode: 0o755, content: await readFile(busybox) },
    ...(await appletPaths()).map((path) => ({ path, link: '/bin/busybox' })),
    { path: 'etc/passwd', content: passwd },
    { path: 'etc/group', content: group },
    { path: 'etc/shadow', mode: 0o640, content: 'root:*::0:99999:7:::\nwww-data:*::0:99999:7:::\n' },
    { path: 'etc/hostname', content: 'busybox\n' },
  ];
}

/** Returns the paths at which busybox would install its applets, such as `sbin/ip`. */
async function appletPaths(): Promise<string[]> {
  const { stdout } = await promisify(execFile)(busybox, ['--list-full'], { timeout: 10_000 });
  return stdout.split('\n').filter((path) => path !== '' && path !== 'bin/busybox' && path !== 'linuxrc');
}

const passwd = `root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/usr/sbin:/bin/false
www-data:x:33:33:www-data:/var/www:/bin/false
operator:x:37:37:Operator:/var:/bin/false
nobody:x:65534:65534:nobody:/home:/bin/false
`;

const group = `root:x:0:
daemon:x:1:
tty:x:5:
disk:x:6:
wheel:x:10:root
www-data:x:33:
users:x:100:
nogroup:x:65534:
`;
