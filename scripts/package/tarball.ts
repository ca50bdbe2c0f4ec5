/** The archive for other distributions: the same tree, with a note how to install it. */
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { fileOf, type Release, settle } from './layout.ts';

const builtWithinMs = 10 * 60_000;

/** @param parent an empty directory, for the directory that the archive contains */
export async function buildTarball(
  { version, date }: Release,
  tree: string,
  parent: string,
  output: string,
): Promise<void> {
  const name = `pouch-${version}-linux-amd64`;
  cpSync(tree, join(parent, name), { recursive: true, verbatimSymlinks: true, mode: 0 });
  writeFileSync(join(parent, name, 'INSTALL'), fileOf('INSTALL').replaceAll('@NAME@', name));
  settle(join(parent, name), date);
  const order = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--format=gnu'];
  const compress = ['--use-compress-program', 'gzip -6n'];
  await execa('tar', ['-C', parent, ...order, ...compress, '-cf', output, name], {
    stdin: 'ignore',
    timeout: builtWithinMs,
  });
}
