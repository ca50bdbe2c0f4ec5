import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { SetupError } from '../lib/SetupError.ts';

/** Cgroup namespaces, overlayfs in all its parts, open_tree(2). */
const oldestKernel = '5.4';

/** @throws SetupError for a host on which containers cannot run */
export function checkHost(): void {
  checkKernel(release());
  if (!readFileSync('/proc/filesystems', 'utf8').includes('\toverlay') && !existsSync('/sys/module/overlay'))
    requireModule('overlay');
  if (!existsSync('/sys/fs/cgroup/cgroup.controllers') && !existsSync('/sys/fs/cgroup/memory'))
    throw new SetupError(
      'No cgroups are mounted on /sys/fs/cgroup: boot with systemd, or mount them (apt-get install cgroupfs-mount), then run this again.',
    );
}

/** @throws SetupError */
export function checkKernel(found: string): void {
  const [major = 0, minor = 0] = found.split(/[.-]/).map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = oldestKernel.split('.').map(Number);
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  throw new SetupError(
    `Pouch needs Linux ${oldestKernel} or later and this is ${found}: boot a newer kernel, then run this again.`,
  );
}

/** A module is loaded at the first mount; it only has to be there. */
function requireModule(name: string): void {
  try {
    const list = `/lib/modules/${release()}/modules.dep`;
    accessSync(list, constants.R_OK);
    if (readFileSync(list, 'utf8').includes(`/${name}.ko`)) return;
  } catch {
    // No list of modules.
  }
  throw new SetupError(
    `This kernel has no ${name} file system, which containers are made of: boot a kernel with CONFIG_OVERLAY_FS, then run this again.`,
  );
}
