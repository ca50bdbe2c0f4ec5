import type { ImageFile } from '../../../hooks/draft.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { LayerFile, LayerLookup } from '../../files/index.ts';
import type { KnownFiles } from './KnownFiles.ts';

/** @throws PCH_FILE_TIMEOUT if the layers do not respond */
export type ReadLayers = (lookups: readonly LayerLookup[]) => Promise<readonly (LayerFile | null)[]>;

interface Request {
  lookups: LayerLookup[];
  found: ReturnType<ReadLayers>;
}

/** The files of one image. Concurrent lookups share a request. */
export class ImageFiles {
  readonly #read: ReadLayers;
  readonly #known: KnownFiles;
  /** Accepts more lookups until the current microtask ends. */
  #next: Request | undefined;

  constructor(read: ReadLayers, known: KnownFiles) {
    this.#read = read;
    this.#known = known;
  }

  /** Resolves to the file at a path, following links; undefined if it does not exist. */
  async stat(path: string): Promise<ImageFile | undefined> {
    const found = await this.#find({ path });
    return found && { path: found.path, kind: found.kind, mode: found.mode };
  }

  /**
   * Resolves to the content of a regular file; undefined if it does not exist.
   * @throws PCH_CONTENT_TOO_LARGE above `maxBytes`
   */
  async readText(path: string, maxBytes: number): Promise<string | undefined> {
    const found = await this.#find({ path, maxBytes });
    if (!found?.content) return undefined;
    if ('text' in found.content) return found.content.text;
    throw tooLarge(path, found.content.tooLarge, maxBytes);
  }

  /**
   * Looks up several files in one request, in advance. It makes the request even if all results are known, to check
   * that the layers respond.
   */
  async fetch(lookups: readonly LayerLookup[]): Promise<void> {
    const { found } = this.#request();
    for (const lookup of lookups) void this.#find(lookup).catch(() => undefined);
    await found;
  }

  /** Looks up files as they are now, without what is known. Null stands for a path that does not exist. */
  async lookUp(lookups: readonly LayerLookup[]): Promise<readonly (LayerFile | null)[]> {
    return await this.#read(lookups);
  }

  #find(lookup: LayerLookup): Promise<LayerFile | undefined> {
    const known = this.#known.get(lookup);
    if (known) return known;
    const { lookups, found } = this.#request();
    const index = lookups.push(lookup) - 1;
    const file = found.then((files) => files[index] ?? undefined);
    this.#known.add(lookup, file);
    return file;
  }

  #request(): Request {
    if (this.#next) return this.#next;
    const lookups: LayerLookup[] = [];
    const found = Promise.resolve().then(() => {
      this.#next = undefined;
      return this.#read(lookups);
    });
    return (this.#next = { lookups, found });
  }
}

function tooLarge(path: string, size: number, maxBytes: number): PouchError {
  return new PouchError(
    'PCH_CONTENT_TOO_LARGE',
    `expected at most ${maxBytes} bytes in ${path} of the image, found ${size}`,
    { hint: 'check this file in the image' },
  );
}
