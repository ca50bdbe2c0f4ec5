import { statSync } from 'node:fs';
import type { FileOperations } from '../protocol.ts';
import { RootfsReader } from './RootfsReader.ts';

export function readLayers({
  layers,
  lookups,
}: FileOperations['readLayers']['args']): FileOperations['readLayers']['result'] {
  const missing = layers.find((layer) => !statSync(layer, { throwIfNoEntry: false }));
  if (missing !== undefined) return { missing };
  const files = new RootfsReader(layers);
  return { files: lookups.map((lookup) => files.find(lookup) ?? null) };
}
