import { PouchError } from '../../../hooks/errors.ts';
import type { Descriptor } from '../../../hooks/image.ts';
import { descriptor, parseObject } from './manifest.ts';

/**
 * Parses the manifest of an artifact with one layer. The media types of its configuration and its layer are those of
 * the tool that has pushed it.
 * @throws PCH_IMAGE_INVALID
 */
export function parseArtifact(bytes: Uint8Array, where: string): Descriptor {
  const { layers, manifests } = parseObject(bytes, where, 'manifest');
  if (Array.isArray(manifests)) throw notOneLayer(where, 'an index');
  if (!Array.isArray(layers)) throw notOneLayer(where, 'no list of layers');
  if (layers.length !== 1) throw notOneLayer(where, `${layers.length} layers`);
  return descriptor(layers[0], where);
}

function notOneLayer(where: string, found: string): PouchError {
  return new PouchError('PCH_IMAGE_INVALID', `expected one layer in artifact ${where}, found ${found}`, {
    hint: 'push one archive or one folder, as in `oras push REFERENCE ./FOLDER`',
  });
}
