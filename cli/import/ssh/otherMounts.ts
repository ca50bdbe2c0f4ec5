/** File systems on disks of the host; others are of the kernel, of the network, or in memory. */
const onDisk = new Set([
  ...['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'jfs', 'reiserfs', 'f2fs', 'zfs', 'vfat', 'nilfs2', 'bcachefs'],
]);

/** Returns patterns for the content of mounts that are not on disks of the host, from its /proc/mounts (proc(5)). */
export function otherMounts(mounts: string, root: string): string[] {
  return mounts.split('\n').flatMap((line) => {
    const [, place = '', type = ''] = line.split(' ');
    const path = place.replace(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(parseInt(octal, 8)),
    );
    if (onDisk.has(type) || !path.startsWith(`${root}/`) || path === '/') return [];
    // Patterns of rsync: a backslash takes away the meaning of *, ? and [.
    return [`${path.slice(root.length).replace(/[*?[\]\\]/g, '\\$&')}/*`];
  });
}
