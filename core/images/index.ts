/** What the rest of Pouch uses of the image store. */
export type { ImageFiles } from './files/ImageFiles.ts';
export { imageSources } from './sources/imageSources.ts';
export { ImageStore, type ImageStoreOptions } from './store/ImageStore.ts';
export type { ImageHooks } from './store/storeContext.ts';
export { formatPlatform, hostPlatform } from './content/platform.ts';
export { compressionOf, decompressed, magicLength } from './archive/decompress.ts';
export { normalizeReference } from './content/reference.ts';
