import type { LayerFile, LayerLookup } from '../../files/index.ts';

/** Lookups that are remembered of one image. */
const maxFiles = 320;
/** What is longer is looked up each time. */
const maxPathLength = 255;
const maxTextLength = 64 * 1024;

/**
 * What was found in an image. Its layers never change: a chain id stands for their content, wherever they are unpacked. So
 * only the size limits what is remembered.
 */
export class KnownFiles {
  readonly #found = new Map<string, Promise<LayerFile | undefined>>();

  get(lookup: LayerLookup): Promise<LayerFile | undefined> | undefined {
    return this.#found.get(keyOf(lookup));
  }

  /** Remembers a lookup from now on, unless it fails or its result is large. */
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
