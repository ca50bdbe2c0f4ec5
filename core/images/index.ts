/** What the rest of Pouch uses of the image store. */
export { ImageStore, type ImageStoreOptions } from './imageStore.ts';
export { formatPlatform, hostPlatform } from './platform.ts';
export { normalizeReference } from './reference.ts';
