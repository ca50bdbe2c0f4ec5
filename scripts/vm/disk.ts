/** The disk of the machine: Debian with containerd, runc, crun and liblxc, and Pouch as it is built here. */
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { busyboxImage } from '../lib/busyboxImage.ts';
import { writeImageArchive } from '../lib/imageArchive.ts';

export interface Disk {
  image: string;
  kernel: string;
  initrd: string;
}

const project = resolve(import.meta.dirname, '../..');
const suite = 'bookworm';

/** Its own, and what a machine inside it (a rich container) needs. */
const hostPackages = [
  ...['systemd', 'systemd-sysv', 'dbus', 'udev', 'linux-image-cloud-amd64', 'initramfs-tools', 'procps'],
  ...['containerd', 'runc', 'crun', 'liblxc1', 'libseccomp2'],
  ...['containernetworking-plugins', 'iptables', 'iproute2', 'tini'],
];
const machinePackages = ['systemd', 'systemd-sysv', 'dbus'];

/** Parts of the project that a daemon and a client need at run time. */
const parts = [
  'bin/pouch',
  'bin/pouchd',
  'bin/runlxc-init',
  'bin/runlxc-monitor',
  'dist',
  'package.json',
  'node_modules/koffi',
  'node_modules/@koromix',
  'node_modules/jiti',
];

/** @throws what `interrupted` was aborted with, when nothing of Debian's installation runs or is mounted any more */
export async function makeDisk(directory: string, interrupted: AbortSignal): Promise<Disk> {
  const root = join(directory, 'root');
  await debian(hostPackages, root, interrupted);
  await addPouch(join(root, 'opt/pouch'), interrupted);
  await cp(process.execPath, join(root, 'usr/bin/node'));
  await writeFile(join(root, 'etc/fstab'), '/dev/vda / ext4 rw 0 1\n');
  await addChecks(root);
  const image = join(directory, 'disk');
  await execa('mkfs.ext4', ['-q', '-F', '-d', root, image, '4G']);
  const boot = await readdir(join(root, 'boot'));
  const file = (prefix: string) => join(root, 'boot', boot.find((name) => name.startsWith(prefix)) ?? prefix);
  return { image, kernel: file('vmlinuz'), initrd: file('initrd.img') };
}

async function addPouch(target: string, interrupted: AbortSignal): Promise<void> {
  for (const part of parts)
    await cp(join(project, part), join(target, part), { recursive: true, dereference: true });
  for (const name of ['runlxc', 'pouch-files']) await symlink('pouch', join(target, 'bin', name));
  await busyboxImage(join(target, 'busybox.tar'));
  const layer = join(target, 'layer.tar');
  await debian(machinePackages, layer, interrupted);
  await writeImageArchive(join(target, 'machine.tar'), {
    reference: 'docker.io/library/machine:latest',
    layers: [await readFile(layer)],
    config: { Cmd: ['/bin/bash'] },
  });
}

/** They are run when the machine is up. */
async function addChecks(root: string): Promise<void> {
  await cp(join(project, 'test/vm/checks.sh'), join(root, 'opt/pouch/checks.sh'));
  const units = join(root, 'etc/systemd/system');
  const unit =
    '[Unit]\nAfter=multi-user.target\n[Service]\nExecStart=/bin/bash /opt/pouch/checks.sh\nDelegate=yes\nKillMode=process\n';
  await writeFile(join(units, 'checks.service'), unit);
  await mkdir(join(units, 'multi-user.target.wants'), { recursive: true });
  await symlink('/etc/systemd/system/checks.service', join(units, 'multi-user.target.wants/checks.service'));
}

/** Its packages into a directory or a tar file. mmdebstrap unmounts what it mounted when it is told by SIGINT to end. */
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
