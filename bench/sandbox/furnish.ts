import { existsSync } from 'node:fs';
import { execa } from 'execa';

/** Fits out the namespaces: a loopback interface, and no sockets, locks or caches of the host's own daemons. */
export async function furnish(): Promise<void> {
  await run('ip', 'link', 'set', 'lo', 'up');
  // Podman has its locks in /dev/shm; containerd's shims, runtimes and iptables have theirs in /run.
  for (const path of ['/run', '/dev/shm']) await run('mount', '-t', 'tmpfs', '-o', 'mode=755', 'bench', path);
  // crun 1.8 refuses a host that has hierarchies of both versions.
  const unified = '/sys/fs/cgroup/unified';
  if (existsSync(unified)) await run('umount', unified);
}

async function run(file: string, ...args: string[]): Promise<void> {
  await execa(file, args, { timeout: 10_000, stdin: 'ignore' });
}
