import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { busyboxImage, busyboxReference } from '../../scripts/lib/busyboxImage.ts';

/** The image that all contenders run, as an OCI archive. */
export async function ociArchive(dir: string): Promise<string> {
  const file = join(dir, 'busybox-oci.tar');
  if (!existsSync(file)) await busyboxImage(file);
  return file;
}

/** The same for docker, which loads no other form. */
export async function dockerArchive(dir: string): Promise<string> {
  const file = join(dir, 'busybox-docker.tar');
  const source = `oci-archive:${await ociArchive(dir)}`;
  if (!existsSync(file))
    await execa('skopeo', ['copy', '--quiet', source, `docker-archive:${file}:${busyboxReference}`], {
      timeout: 60_000,
      env: { TMPDIR: dir },
    });
  return file;
}
