/** Detects properties of the host. */
import { readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';

/** Small static inits of Debian's packages. The first existing one is used. */
const inits = ['/usr/bin/tini-static', '/usr/libexec/podman/catatonit', '/usr/bin/catatonit'];

export function findInit(): string | undefined {
  return inits.find((path) => existsSync(path));
}

/** Returns 2 for the unified hierarchy, 1 for cgroup v1 and hybrid hosts (cgroups(7)). */
export function cgroupVersion(cgroups = '/sys/fs/cgroup'): '1' | '2' {
  return existsSync(join(cgroups, 'cgroup.controllers')) ? '2' : '1';
}

export function operatingSystem(): string {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return /^PRETTY_NAME="?([^"\n]*)/m.exec(release)?.[1] ?? 'Linux';
}
