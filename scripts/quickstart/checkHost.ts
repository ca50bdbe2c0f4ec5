import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { SetupError } from '../lib/SetupError.ts';

/** The first with cgroup namespaces, all features of overlayfs, and open_tree(2). */
const oldestKernel = '5.4';

/** @throws SetupError if containers cannot run on this host */
export function checkHost(): void {
  checkKernel(release());
  if (!readFileSync('/proc/filesystems', 'utf8').includes('\toverlay') && !existsSync('/sys/module/overlay'))
    requireModule('overlay');
  if (!existsSync('/sys/fs/cgroup/cgroup.controllers') && !existsSync('/sys/fs/cgroup/memory'))
    throw new SetupError(
      'No cgroups are mounted at /sys/fs/cgroup: boot with systemd, or mount them (apt-get install cgroupfs-mount), then run this again.',
    );
}

/** @throws SetupError */
export function checkKernel(found: string): void {
  const [major = 0, minor = 0] = found.split(/[.-]/).map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = oldestKernel.split('.').map(Number);
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  throw new SetupError(
    `Expected Linux ${oldestKernel} or later, found ${found}: boot a newer kernel, then run this again.`,
  );
}

/** The module must exist; it is loaded at the first mount. */
function requireModule(name: string): void {
  try {
    const list = `/lib/modules/${release()}/modules.dep`;
    accessSync(list, constants.R_OK);
    if (readFileSync(list, 'utf8').includes(`/${name}.ko`)) return;
  } catch {
    // The list of modules does not exist.
  }
  throw new SetupError(
    `Expected the file system ${name}, which containers need, found none in this kernel: boot a kernel with CONFIG_OVERLAY_FS, then run this again.`,
  );
}
