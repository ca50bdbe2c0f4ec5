/**
 * What a copy of a directory or a host leaves out by default: what the kernel and the boot make, temporary files,
 * caches of packages, swap, and the data of container engines. The directories themselves stay.
 */
export const defaultExcludes: readonly string[] = [
  '/proc/*',
  '/sys/*',
  '/dev/*',
  '/run/*',
  '/tmp/*',
  '/var/tmp/*',
  '/mnt/*',
  '/media/*',
  '/lost+found',
  '/swapfile',
  '/swap.img',
  '/var/cache/apt/archives/*.deb',
  '/var/cache/dnf/*',
  '/var/cache/yum/*',
  '/var/lib/pouch/*',
  '/var/lib/docker/*',
  '/var/lib/containerd/*',
  '/var/lib/containers/storage/*',
  '/var/lib/kubelet/*',
  '/var/lib/lxcfs/*',
];
