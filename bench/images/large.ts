import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type LayerFile, layerTar, writeImageArchive } from '../../scripts/lib/imageArchive.ts';
import type { TestRegistry } from '../../test/support/TestRegistry.ts';

const files = 200;
const fileBytes = 1_000_000;

/** Writes an archive of an image of 200 MB of incompressible data, in layers of one size. Returns its path. */
export async function writeLargeImage(dir: string, { layers }: { layers: number }): Promise<string> {
  const file = join(dir, 'large.tar');
  await writeImageArchive(file, {
    reference: 'docker.io/library/large:1',
    layers: await Promise.all(Array.from({ length: layers }, (_, i) => layerTar(filesOf(i, files / layers)))),
  });
  return file;
}

/** Pushes such an image with 5 layers. Returns its reference. */
export async function pushLargeImage(dir: string, registry: TestRegistry): Promise<string> {
  const file = await writeLargeImage(dir, { layers: 5 });
  const reference = await registry.push(`oci-archive:${file}`, 'bench/large:1');
  await rm(file);
  return reference;
}

function filesOf(layer: number, count: number): LayerFile[] {
  return Array.from({ length: count }, (_, i) => ({
    path: `data-${layer}-${i}`,
    content: randomBytes(fileBytes),
  }));
}
