import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { ManagedContainerd } from '../../core/containerd/index.ts';
import type { Command } from '../measure.ts';
import { busyboxReference } from '../../scripts/lib/busyboxImage.ts';
import { ociArchive } from '../images/busybox.ts';
import type { Peer } from './peer.ts';

export interface Ctr extends Peer {
  command(...args: string[]): Command;
}

/** Starts containerd's client with a containerd of the same version and configuration as pouchd's, with runc. */
export async function ctr(sandbox: string): Promise<Ctr> {
  const dir = join(sandbox, 'ctr');
  await mkdir(dir);
  const address = join(dir, 'containerd.sock');
  const containerd = new ManagedContainerd({ root: join(dir, 'root'), state: join(dir, 'state'), address });
  await containerd.start();
  // ctr names the cgroup of its containers after the namespace, so this is the sandbox's cgroup.
  const namespace = basename(sandbox);
  const command = (...args: string[]) => ({ file: 'ctr', args: ['-a', address, '-n', namespace, ...args] });
  await execa('ctr', [...command('images', 'import', await ociArchive(sandbox)).args], { timeout: 60_000 });
  let runs = 0;
  return {
    name: 'ctr',
    command,
    // ctr has no bridge: it creates an empty network namespace.
    run: (_, ...argv) => command('run', '--rm', busyboxReference, `run-${++runs}`, ...argv),
    settled: async () => {},
    end: () => containerd.stop(),
  };
}
