import { hasCode, PouchError } from '../../../hooks/index.ts';

/**
 * Replaces an "image not found" error with Docker's message, which the docker CLI matches on to pull the image. The
 * path of the request does not name the image.
 */
export function namingTheImage(error: unknown, image: string): unknown {
  if (!hasCode(error, 'PCH_IMAGE_NOT_FOUND')) return error;
  const { hint, plugin, hook } = error;
  return new PouchError('PCH_IMAGE_NOT_FOUND', `No such image: ${image}`, {
    cause: error,
    ...(hint !== undefined && { hint }),
    ...(plugin !== undefined && { plugin }),
    ...(hook !== undefined && { hook }),
  });
}
