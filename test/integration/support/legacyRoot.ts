import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { busyboxFiles } from '../../../scripts/lib/busyboxImage.ts';
import { layerTar } from '../../../scripts/lib/imageArchive.ts';
import type { Daemon } from '../../support/useDaemon.ts';

/** The root file system of a small host with busybox's init, as a tar and as a directory. */
export interface LegacyRoot {
  tar: string;
  directory: string;
}

/** Writes it into a directory. */
export async function legacyRoot(below: string): Promise<LegacyRoot> {
  const files = [
    ...(await busyboxFiles()),
    { path: 'etc/os-release', content: 'ID=cellar\nPRETTY_NAME="Cellar 3"\n' },
    { path: 'etc/inittab', content: '::sysinit:/bin/mkdir -p /var/booted\n' },
    { path: 'usr/bin/setuid-tool', content: '#!/bin/sh\n', mode: 0o4755 },
  ];
  const tar = join(below, 'legacy.tar');
  const directory = join(below, 'legacy');
  await writeFile(tar, await layerTar(files));
  await mkdir(directory);
  await chmod(directory, 0o755);
  await execa('tar', ['-xpf', tar, '-C', directory]);
  return { tar, directory };
}

/** The image boots, and its init has run. */
export async function assertBoots({ ok }: Daemon, image: string, name: string): Promise<void> {
  await ok('run', '-d', '--rich', '--wait', '--name', name, image);
  assert.equal(
    await ok('exec', name, 'sh', '-c', 'test -d /var/booted && . /etc/os-release && echo $ID'),
    'cellar',
  );
  await ok('rm', '-f', name);
}
