/** Checks properties of the host on which features of runc and crun depend. */
import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import type { Look } from './survey.ts';
import { isAtLeast } from './version.ts';

/** Exists if systemd is the host's init (sd_booted(3)). */
export function lookAtInit(path = '/run/systemd/system'): Look {
  const ok = existsSync(path);
  const found = ok ? 'systemd is the host’s init' : 'systemd is not this host’s init';
  return { name: 'init', ok, found, feature: 'systemdCgroup' };
}

/** The maximum number of user namespaces (user_namespaces(7)). */
export function lookAtUserNamespaces(path = '/proc/sys/user/max_user_namespaces'): Look {
  const look = { name: 'user namespaces', feature: 'userNamespace' } as const;
  const count = Number(readOr(path, '0'));
  if (count > 0 && existsSync('/proc/self/ns/user')) return { ...look, ok: true, found: `up to ${count}` };
  return {
    ...look,
    ok: false,
    found: count > 0 ? 'the kernel does not support them (CONFIG_USER_NS)' : `${path} is 0`,
    mend: 'sysctl -w user.max_user_namespaces=100000',
  };
}

/** The first Linux whose overlays support id-mapped lower directories; pouchd maps them, not the runtime. */
const overlaysOnIdmaps = '5.19';

export function lookAtIdmaps(kernel = release()): Look {
  const ok = isAtLeast(kernel, overlaysOnIdmaps);
  const found =
    `Linux ${kernel}` +
    (ok ? '' : `, but overlays support id-mapped lower directories since ${overlaysOnIdmaps}`);
  return { name: 'mounts with mapped ids', ok, found, feature: 'idmappedMounts' };
}

/** Intel's Resource Director Technology (kernel doc x86/resctrl). */
export function lookAtRdt(path = '/sys/fs/resctrl'): Look {
  const ok = existsSync(`${path}/schemata`);
  const found = ok
    ? `mounted at ${path}`
    : `no resctrl file system at ${path}: the CPU has no RDT, or it is not mounted`;
  const fix = ok ? {} : { mend: `mount -t resctrl resctrl ${path}` };
  return { name: 'Intel RDT', ok, found, feature: 'rdt', ...fix };
}

function readOr(path: string, missing: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return missing;
  }
}
