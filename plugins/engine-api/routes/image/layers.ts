import { hasCode, type Image } from '../../../../hooks/index.ts';
import type { Call } from '../../http/call.ts';

/** Bytes of an image's unpacked layers; empty also for a damaged image, and for one that is removed meanwhile. */
export async function layersOf(call: Call, image: Image): Promise<number[]> {
  if (image.damage !== undefined) return [];
  return await call.engine.images.layerSizes(image.id).catch((error: unknown) => {
    if (hasCode(error, 'PCH_IMAGE_NOT_FOUND', 'PCH_IMAGE_DAMAGED')) return [];
    throw error;
  });
}
