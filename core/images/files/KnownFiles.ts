import type { LayerFile, LayerLookup } from '../../files/index.ts';

/** Number of cached lookups per image. */
const maxFiles = 320;
/** Bytes. Larger results are not cached. */
const maxPathLength = 255;
const maxTextLength = 64 * 1024;

/**
 * The known files of an image. They never change, because a chain id identifies the content of the layers wherever
 * they are unpacked. Only the size limits the cache.
 */
export class KnownFiles {
  readonly #found = new Map<string, Promise<LayerFile | undefined>>();

  get(lookup: LayerLookup): Promise<LayerFile | undefined> | undefined {
    return this.#found.get(keyOf(lookup));
  }

  /** Caches a lookup, unless it fails or its result is large. */
  add(lookup: LayerLookup, found: Promise<LayerFile | undefined>): void {
    if (this.#found.size >= maxFiles || lookup.path.length > maxPathLength) return;
    const key = keyOf(lookup);
    this.#found.set(key, found);
    const forget = () => this.#found.delete(key);
    found.then((file) => isLarge(file) && forget(), forget);
  }
}

function keyOf({ path, maxBytes }: LayerLookup): string {
  return `${maxBytes ?? ''}:${path}`;
}

function isLarge(file: LayerFile | undefined): boolean {
  const { content } = file ?? {};
  return content !== undefined && 'text' in content && content.text.length > maxTextLength;
}
