import { PouchError } from '../../../hooks/index.ts';

/**
 * Gives "image not found" Docker's words with the image's name: the router cannot tell it from the path, and the docker CLI
 * pulls when it reads them.
 */
export function namingTheImage(error: unknown, image: string): unknown {
  if (!(error instanceof PouchError) || error.code !== 'PCH_IMAGE_NOT_FOUND') return error;
  return new PouchError('PCH_IMAGE_NOT_FOUND', `No such image: ${image}`, { hint: error.hint, cause: error });
}
