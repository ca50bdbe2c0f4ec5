/** What the rest of Pouch uses of the image store. */
export { ImageStore, type ImageStoreOptions } from './imageStore.ts';
export { chainIds } from './chainId.ts';
export { type Platform, formatPlatform, hostPlatform, parsePlatform } from './platform.ts';
export {
  type Reference,
  familiarReference,
  formatReference,
  normalizeReference,
  parseReference,
} from './reference.ts';
export { RootfsReader } from './rootfsReader.ts';
export { layerDirectories } from './imageReaders.ts';
