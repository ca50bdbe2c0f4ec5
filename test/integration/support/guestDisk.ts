import { existsSync } from 'node:fs';
import { chmod, mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

/** What the tests with libguestfs need, by a file of each, and its package of Debian. */
const needed = {
  'libguestfs-tools': '/usr/bin/guestfish',
  'libguestfs-xfs': '/usr/lib/x86_64-linux-gnu/guestfs/supermin.d/packages-xfs',
};

/** Returns why this host has no libguestfs; undefined if it has. Its kernel is looked for by libguestfs. */
export function missingLibguestfs(): string | undefined {
  const names = Object.entries(needed).flatMap(([name, file]) => (existsSync(file) ? [] : [name]));
  return names.length === 0 ? undefined : `apt-get install ${names.join(' ')} linux-image-cloud-amd64`;
}

/** Sectors of the partitions: ext4, xfs, btrfs, LVM. */
const partitions = [
  [2048, 22_527],
  [22_528, 739_327],
  [739_328, 1_148_927],
  [1_148_928, 2_158_591],
] as const;

/**
 * Writes a disk with three roots: xfs in partition 2, the subvolume @ of btrfs in 3, and the volume host/root_x of LVM
 * in 4, where host/secret is LUKS. The directory is copied to each. Takes a minute without KVM.
 */
export async function guestDisk(directory: string, below: string): Promise<string> {
  const disk = join(below, 'roots.raw');
  const tar = join(below, 'roots.tar');
  await execa('tar', ['--xattrs', '--xattrs-include=*', '-C', directory, '-cf', tar, '.']);
  await writeFile(disk, '');
  await truncate(disk, 1100 << 20);
  const copy = (device: string, into: string, ...before: string[]) => [
    `mount ${device} /`,
    ...before,
    `tar-in ${tar} ${into} xattrs:true`,
    'umount-all',
  ];
  await guestfish(below, disk, [
    'run',
    'part-init /dev/sda gpt',
    ...partitions.map(([from, to]) => `part-add /dev/sda p ${from} ${to}`),
    'mkfs ext4 /dev/sda1',
    'mkfs xfs /dev/sda2',
    'mkfs btrfs /dev/sda3',
    'pvcreate /dev/sda4',
    'vgcreate host /dev/sda4',
    'lvcreate root_x host 330',
    'lvcreate secret host 40',
    'mkfs xfs /dev/host/root_x',
    'luks-format /dev/host/secret 0',
    'key of the volume',
    ...copy('/dev/sda2', '/'),
    ...copy('/dev/sda3', '/@', 'btrfs-subvolume-create /@', 'btrfs-subvolume-create /home'),
    ...copy('/dev/host/root_x', '/'),
  ]);
  return disk;
}

/** KVM exists on hosts where it does not work: it is not used. */
async function guestfish(below: string, disk: string, lines: readonly string[]): Promise<void> {
  const directory = join(below, 'guestfish');
  await mkdir(directory);
  await chmod(directory, 0o755);
  await execa('guestfish', ['--keys-from-stdin', '--format=raw', '-a', disk], {
    input: `${lines.join('\n')}\n`,
    timeout: 400_000,
    env: {
      TMPDIR: directory,
      LIBGUESTFS_CACHEDIR: directory,
      LIBGUESTFS_BACKEND: 'direct',
      LIBGUESTFS_BACKEND_SETTINGS: 'force_tcg',
    },
  });
}
