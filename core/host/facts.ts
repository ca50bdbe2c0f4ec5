/** Facts about the host that containers and surfaces need. */
import { readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';

/** Small static inits of Debian's packages, the first that is there is used. */
const inits = ['/usr/bin/tini-static', '/usr/libexec/podman/catatonit', '/usr/bin/catatonit'];

export function findInit(): string | undefined {
  return inits.find((path) => existsSync(path));
}

/** 2 when the whole tree is one unified hierarchy (cgroups(7)). */
export function cgroupVersion(cgroups = '/sys/fs/cgroup'): '1' | '2' {
  return existsSync(join(cgroups, 'cgroup.controllers')) ? '2' : '1';
}

export function operatingSystem(): string {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return /^PRETTY_NAME="?([^"\n]*)/m.exec(release)?.[1] ?? 'Linux';
}
