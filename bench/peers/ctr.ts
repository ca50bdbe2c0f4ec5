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

/** containerd's own client, on a containerd of the same version and configuration as pouchd's, with runc. */
export async function ctr(sandbox: string): Promise<Ctr> {
  const dir = join(sandbox, 'ctr');
  await mkdir(dir);
  const address = join(dir, 'containerd.sock');
  const containerd = new ManagedContainerd({ root: join(dir, 'root'), state: join(dir, 'state'), address });
  await containerd.start();
  // It names the cgroup of its containers by the namespace, so this is the sandbox's.
  const namespace = basename(sandbox);
  const command = (...args: string[]) => ({ file: 'ctr', args: ['-a', address, '-n', namespace, ...args] });
  await execa('ctr', [...command('images', 'import', await ociArchive(sandbox)).args], { timeout: 60_000 });
  let runs = 0;
  return {
    name: 'ctr',
    command,
    // It knows no bridge: what it makes is a network namespace with nothing in it.
    run: (_, ...argv) => command('run', '--rm', busyboxReference, `run-${++runs}`, ...argv),
    settled: async () => {},
    end: () => containerd.stop(),
  };
}
