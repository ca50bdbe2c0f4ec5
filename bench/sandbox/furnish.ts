import { existsSync } from 'node:fs';
import { execa } from 'execa';

/** Sets up the namespaces: a loopback interface, and no sockets, locks or caches of the host's daemons. */
export async function furnish(): Promise<void> {
  await run('ip', 'link', 'set', 'lo', 'up');
  // Podman's locks are in /dev/shm; those of containerd's shims, runtimes and iptables are in /run.
  for (const path of ['/run', '/dev/shm']) await run('mount', '-t', 'tmpfs', '-o', 'mode=755', 'bench', path);
  // crun 1.8 refuses a host with cgroup hierarchies of both versions.
  const unified = '/sys/fs/cgroup/unified';
  if (existsSync(unified)) await run('umount', unified);
}

async function run(file: string, ...args: string[]): Promise<void> {
  await execa(file, args, { timeout: 10_000, stdin: 'ignore' });
}
