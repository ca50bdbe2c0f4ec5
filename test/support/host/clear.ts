import { join } from 'node:path';
import { execa } from 'execa';
import { waitUntil } from '../../../core/wait/waitUntil.ts';
import { purgeNetwork } from '../../../scripts/purge.ts';
import { mountsBelow } from '../../../scripts/lib/mounts.ts';
import { removeCgroup, thaw } from './cgroups.ts';
import { list, read } from './files.ts';
import type { HostNames } from './inventory.ts';
import { processesOf } from './processes.ts';

/** Ends every process of a daemon and removes its mounts, network and cgroups. Its directories are left. */
export async function clearHost(names: HostNames): Promise<void> {
  await waitUntil(() => endAll(names) === 0, { withinMs: 30_000, everyMs: 50 });
  for (const path of mountsBelow(names.dir)) await execa('umount', ['--lazy', path], { reject: false });
  const { bridges, parents } = createdLinks(names);
  for (const bridge of [names.bridge, ...bridges]) await purgeNetwork({ bridge });
  for (const parent of parents) await execa('ip', ['link', 'delete', 'dev', parent], { reject: false });
  await removeCgroup(names.cgroupParent);
}

/** Interfaces of networks that a failed test has left. */
function createdLinks({ root }: HostNames): { bridges: string[]; parents: string[] } {
  const directory = join(root, 'networks');
  const options = list(directory).map((name) => {
    const stored = JSON.parse(read(join(directory, name)) || '{}') as {
      driverOptions?: { bridge?: string; parent?: string; made?: string };
    };
    return stored.driverOptions ?? {};
  });
  return {
    bridges: options.flatMap(({ bridge }) => bridge ?? []),
    parents: options.flatMap(({ parent, made }) => (made ? (parent ?? []) : [])),
  };
}

/** Returns how many still existed. Supervisors go first: what they start meanwhile is found the next time. */
function endAll(names: HostNames): number {
  thaw(names.cgroupParent);
  const processes = processesOf(names);
  for (const { pid } of processes) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
  return processes.length;
}
