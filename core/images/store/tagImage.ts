import { findImage } from './findImage.ts';
import { nameImage } from './record.ts';
import { formatReference, parseReference } from '../content/reference.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { type StoreContext, emitImage } from './storeContext.ts';

/** Adds a name to an image. @throws PCH_IMAGE_NOT_FOUND, PCH_REFERENCE_INVALID */
export async function tagImage(store: StoreContext, source: string, target: string): Promise<void> {
  const { defaultRegistry } = store.config;
  const reference = parseReference(target, defaultRegistry);
  if (reference.digest !== undefined) {
    throw new PouchError('PCH_REFERENCE_INVALID', `expected a name without a digest, found "${target}"`, {
      hint: 'use NAME[:TAG]',
    });
  }
  if (/^(library\/)?sha(256|384|512)$/.test(reference.path))
    throw new PouchError('PCH_REFERENCE_INVALID', `expected a name that is not a digest, found "${target}"`, {
      hint: 'choose a name other than that of a digest algorithm',
    });
  const { image } = findImage(await store.index.read(), source, undefined, defaultRegistry);
  const name = formatReference(reference);
  await nameImage(store, name, image.target);
  emitImage(store, 'tag', image.id, name);
}
