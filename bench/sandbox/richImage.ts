import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { bootstrapPackages, installMissing } from '../../scripts/lib/debian.ts';
import { writeImageArchive } from '../../scripts/lib/imageArchive.ts';

/** The configuration that `pouch image bootstrap` writes. */
const config = { Cmd: ['/bin/bash'] };

const packages = ['systemd', 'systemd-sysv', 'dbus', 'openssh-server', 'iproute2', 'procps'];

export const richReference = 'docker.io/library/bench-rich:latest';

export function richArchive(dir: string): string {
  return join(dir, 'rich.tar');
}

/** The same as a directory, for what boots one. */
export function richRoot(dir: string): string {
  return join(dir, 'rich-root');
}

/**
 * Builds an archive and a directory of a Debian image with systemd and sshd. It needs the network, so it runs outside
 * the sandbox.
 */
export async function buildRichImage(dir: string): Promise<void> {
  await installMissing(bootstrapPackages);
  console.log('Building a Debian image with systemd (mmdebstrap)');
  const layer = join(dir, 'rich-layer.tar');
  const options = ['--mode=root', '--variant=minbase', `--include=${packages.join(',')}`];
  await execa('mmdebstrap', [...options, 'bookworm', layer], { timeout: 600_000, stdin: 'ignore' });
  await writeImageArchive(richArchive(dir), {
    reference: richReference,
    layers: [await readFile(layer)],
    config,
  });
  await mkdir(richRoot(dir));
  await execa('tar', ['-x', '-p', '--numeric-owner', '-f', layer, '-C', richRoot(dir)], { timeout: 120_000 });
  await rm(layer);
}
