import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { busyboxImage, busyboxReference } from '../../scripts/lib/busyboxImage.ts';

/** Returns the image of all contenders as an OCI archive. */
export async function ociArchive(dir: string): Promise<string> {
  const file = join(dir, 'busybox-oci.tar');
  if (!existsSync(file)) await busyboxImage(file);
  return file;
}

/** Returns the image as a Docker archive, the only format that docker loads. */
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
