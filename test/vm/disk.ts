/** The disk of the VM: Debian with containerd, runc, crun and liblxc, and this build of Pouch. */
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { execa } from 'execa';
import { busyboxImage } from '../../scripts/lib/busyboxImage.ts';
import { writeImageArchive } from '../../scripts/lib/imageArchive.ts';

export interface Disk {
  image: string;
  kernel: string;
  initrd: string;
}

const project = resolve(import.meta.dirname, '../..');
const suite = 'bookworm';

/** Packages of the VM, and of a rich container in it. */
const hostPackages = [
  ...['systemd', 'systemd-sysv', 'dbus', 'udev', 'linux-image-cloud-amd64', 'initramfs-tools', 'procps'],
  ...['containerd', 'runc', 'crun', 'liblxc1', 'libseccomp2'],
  ...['containernetworking-plugins', 'iptables', 'iproute2', 'tini', 'busybox-static'],
];
const richPackages = ['systemd', 'systemd-sysv', 'dbus'];

/** Files of the project that the daemon and the client need at run time. */
const files = [
  'bin/pouch',
  'bin/pouchd',
  'bin/pouch-confine',
  'bin/pouch-console',
  'bin/pouch-devices',
  'bin/pouch-proxy',
  'bin/pouch-values',
  'bin/runlxc-init',
  'bin/runlxc-monitor',
  'dist',
  'package.json',
  'node_modules/koffi',
  'node_modules/@koromix',
  'node_modules/jiti',
  // Plans a process beside each container.
  'test/integration/support/plugins/plansProcesses.ts',
];

/** What is done in the VM: `checks`, `matrix`. */
export type Part = 'checks' | 'matrix';

/**
 * Makes the disk below a directory, whose `images` have the archives of the images of the matrix.
 * @throws the reason of `interrupted`, once the installation of Debian has ended and its mounts are removed
 */
export async function makeDisk(
  directory: string,
  parts: readonly Part[],
  interrupted: AbortSignal,
): Promise<Disk> {
  const root = join(directory, 'root');
  await debian(hostPackages, root, interrupted);
  await addPouch(join(root, 'opt/pouch'), interrupted);
  await cp(process.execPath, join(root, 'usr/bin/node'));
  await writeFile(join(root, 'etc/fstab'), '/dev/vda / ext4 rw 0 1\n');
  await addChecks(root);
  if (parts.includes('matrix')) await addMatrix(join(root, 'opt/pouch'), join(directory, 'images'));
  await writeFile(join(root, 'opt/pouch/parts'), parts.join(' '));
  const image = join(directory, 'disk');
  await execa('mkfs.ext4', ['-q', '-F', '-d', root, image, '8G']);
  const boot = await readdir(join(root, 'boot'));
  const file = (prefix: string) => join(root, 'boot', boot.find((name) => name.startsWith(prefix)) ?? prefix);
  return { image, kernel: file('vmlinuz'), initrd: file('initrd.img') };
}

async function addPouch(target: string, interrupted: AbortSignal): Promise<void> {
  for (const file of files)
    await cp(join(project, file), join(target, file), { recursive: true, dereference: true });
  for (const name of ['runlxc', 'pouch-files']) await symlink('pouch', join(target, 'bin', name));
  await busyboxImage(join(target, 'busybox.tar'));
  const layer = join(target, 'layer.tar');
  await debian(richPackages, layer, interrupted);
  await writeImageArchive(join(target, 'rich.tar'), {
    reference: 'docker.io/library/rich:latest',
    layers: [await readFile(layer)],
    config: { Cmd: ['/bin/bash'] },
  });
}

/** Adds the checks, which run after the boot. */
async function addChecks(root: string): Promise<void> {
  await cp(join(project, 'test/vm/checks.sh'), join(root, 'opt/pouch/checks.sh'));
  const units = join(root, 'etc/systemd/system');
  const unit =
    '[Unit]\nAfter=multi-user.target\n[Service]\nExecStart=/bin/bash /opt/pouch/checks.sh\nDelegate=yes\nKillMode=process\n';
  await writeFile(join(units, 'checks.service'), unit);
  await mkdir(join(units, 'multi-user.target.wants'), { recursive: true });
  await symlink('/etc/systemd/system/checks.service', join(units, 'multi-user.target.wants/checks.service'));
}

/** Adds the program that measures the rich modes, and its images. */
async function addMatrix(target: string, images: string): Promise<void> {
  await cp(images, join(target, 'images'), { recursive: true });
  await build({
    entryPoints: [join(import.meta.dirname, 'matrix.ts')],
    outfile: join(target, 'matrix.mjs'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'warning',
  });
}

/** Installs Debian packages into a directory or tar file. On SIGINT mmdebstrap removes its mounts. */
async function debian(packages: readonly string[], target: string, interrupted: AbortSignal): Promise<void> {
  const include = `--include=${packages.join(',')}`;
  await execa('mmdebstrap', ['--quiet', '--variant=minbase', include, suite, target], {
    stdin: 'ignore',
    cancelSignal: interrupted,
    killSignal: 'SIGINT',
    forceKillAfterDelay: 30_000,
  }).catch((error: unknown) => {
    interrupted.throwIfAborted();
    throw error;
  });
}
