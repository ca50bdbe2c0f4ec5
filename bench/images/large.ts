import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type LayerFile, layerTar, writeImageArchive } from '../../scripts/lib/imageArchive.ts';
import type { TestRegistry } from '../../test/support/TestRegistry.ts';

const layers = 5;
const filesPerLayer = 40;
const fileBytes = 1_000_000;

/** Pushes an image of 200 MB of incompressible data. Returns its reference. */
export async function pushLargeImage(dir: string, registry: TestRegistry): Promise<string> {
  const file = join(dir, 'large.tar');
  await writeImageArchive(file, {
    reference: 'docker.io/library/large:latest',
    layers: await Promise.all(Array.from({ length: layers }, (_, i) => layerTar(filesOf(i)))),
  });
  const reference = await registry.push(`oci-archive:${file}`, 'bench/large:1');
  await rm(file);
  return reference;
}

function filesOf(layer: number): LayerFile[] {
  return Array.from({ length: filesPerLayer }, (_, i) => ({
    path: `data-${layer}-${i}`,
    content: randomBytes(fileBytes),
  }));
}
