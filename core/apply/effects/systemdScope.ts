/** Cgroups that systemd has made for a runtime (systemd.scope(5)). */
import { basename } from 'node:path';
import { execa } from 'execa';

const deadlineMs = 10_000;

export function isScope(path: string): boolean {
  return path.endsWith('.scope');
}

/**
 * Has systemd end a scope that its runtime has left: the processes in it, its cgroups, and what it remembers of it.
 * systemd may have forgotten it or be gone; the cgroups are looked at afterwards in any case.
 */
export async function endScope(path: string): Promise<void> {
  const unit = basename(path);
  for (const verb of [['kill', '--signal=SIGKILL'], ['stop'], ['reset-failed']])
    await execa('systemctl', [...verb, unit], { reject: false, stdin: 'ignore', timeout: deadlineMs });
}
