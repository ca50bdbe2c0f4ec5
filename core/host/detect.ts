/** Detects properties of the host. */
import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** Small static inits of Debian's packages. The first existing one is used. */
const inits = ['/usr/bin/tini-static', '/usr/libexec/podman/catatonit', '/usr/bin/catatonit'];

export function findInit(): string | undefined {
  return inits.find((path) => existsSync(path));
}

/** Where distributions have a static busybox: Debian's busybox-static, Alpine's busybox-static. */
const busyboxes = ['/bin/busybox', '/bin/busybox.static', '/usr/sbin/busybox'];

/** Returns a static busybox, which runs in every container. */
export function findBusybox(paths: readonly string[] = busyboxes): string | undefined {
  return paths.find((path) => existsSync(path) && isStatic(path));
}

/** Whether an ELF file of 64 bits names no interpreter: no program header of type PT_INTERP (elf(5)). */
function isStatic(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(4096);
    readSync(file, head, 0, head.length, 0);
    if (head.toString('latin1', 0, 4) !== '\x7fELF' || head[4] !== 2) return false;
    const [offset, size, count] = [
      Number(head.readBigUInt64LE(32)),
      head.readUInt16LE(54),
      head.readUInt16LE(56),
    ];
    const types = Array.from({ length: count }, (_, n) => offset + n * size)
      .filter((at) => at + 4 <= head.length)
      .map((at) => head.readUInt32LE(at));
    return count > 0 && !types.includes(3);
  } finally {
    closeSync(file);
  }
}

/** Returns 2 for the unified hierarchy, 1 for cgroup v1 and hybrid hosts (cgroups(7)). */
export function cgroupVersion(cgroups = '/sys/fs/cgroup'): '1' | '2' {
  return existsSync(join(cgroups, 'cgroup.controllers')) ? '2' : '1';
}

export function operatingSystem(): string {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return /^PRETTY_NAME="?([^"\n]*)/m.exec(release)?.[1] ?? 'Linux';
}
