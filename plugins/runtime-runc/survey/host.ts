/** What of a host decides what runc and crun can do on it. */
import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import type { Look } from './survey.ts';
import { isAtLeast } from './version.ts';

/** systemd's sign that it is the host's init (sd_booted(3)). */
export function lookAtInit(path = '/run/systemd/system'): Look {
  const ok = existsSync(path);
  const found = ok ? 'systemd is the host’s init' : 'systemd is not this host’s init';
  return { name: 'init', ok, found, feature: 'systemdCgroup' };
}

/** How many user namespaces the kernel allows (user_namespaces(7)). */
export function lookAtUserNamespaces(path = '/proc/sys/user/max_user_namespaces'): Look {
  const look = { name: 'user namespaces', feature: 'userNamespace' } as const;
  const count = Number(readOr(path, '0'));
  if (count > 0 && existsSync('/proc/self/ns/user')) return { ...look, ok: true, found: `up to ${count}` };
  return {
    ...look,
    ok: false,
    found: count > 0 ? 'the kernel has none (CONFIG_USER_NS)' : `${path} allows none`,
    mend: 'sysctl -w user.max_user_namespaces=100000',
  };
}

/** The first Linux whose overlays take lower directories with mapped ids; pouchd maps them, not the runtime. */
const overlaysOnIdmaps = '5.19';

export function lookAtIdmaps(kernel = release()): Look {
  const ok = isAtLeast(kernel, overlaysOnIdmaps);
  const found = `Linux ${kernel}` + (ok ? '' : `, and overlays on such mounts came with ${overlaysOnIdmaps}`);
  return { name: 'mounts with mapped ids', ok, found, feature: 'idmappedMounts' };
}

/** Intel's Resource Director Technology (kernel doc x86/resctrl). */
export function lookAtRdt(path = '/sys/fs/resctrl'): Look {
  const ok = existsSync(`${path}/schemata`);
  const found = ok
    ? `mounted at ${path}`
    : `no resctrl file system at ${path}: the CPU has no RDT, or it is not mounted`;
  const mend = ok ? {} : { mend: `mount -t resctrl resctrl ${path}` };
  return { name: 'Intel RDT', ok, found, feature: 'rdt', ...mend };
}

function readOr(path: string, missing: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return missing;
  }
}
