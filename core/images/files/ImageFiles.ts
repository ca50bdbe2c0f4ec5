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

/** The files of one image. Lookups that are made at the same time share a request. */
export class ImageFiles {
  readonly #read: ReadLayers;
  readonly #known: KnownFiles;
  /** It takes more lookups until the current microtask has ended. */
  #next: Request | undefined;

  constructor(read: ReadLayers, known: KnownFiles) {
    this.#read = read;
    this.#known = known;
  }

  /** What is at a path after links; undefined if nothing is. */
  async stat(path: string): Promise<ImageFile | undefined> {
    const found = await this.#find({ path });
    return found && { path: found.path, kind: found.kind, mode: found.mode };
  }

  /**
   * Content of a regular file; undefined if none exists.
   * @throws PCH_CONTENT_TOO_LARGE above `maxBytes`
   */
  async readText(path: string, maxBytes: number): Promise<string | undefined> {
    const found = await this.#find({ path, maxBytes });
    if (!found?.content) return undefined;
    if ('text' in found.content) return found.content.text;
    throw tooLarge(path, found.content.tooLarge, maxBytes);
  }

  /**
   * Looks up in one request what is going to be asked for. The request is made even if all of it is known: it shows that the
   * layers respond.
   */
  async fetch(lookups: readonly LayerLookup[]): Promise<void> {
    const { found } = this.#request();
    for (const lookup of lookups) void this.#find(lookup).catch(() => undefined);
    await found;
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
    `${path} in the image has ${size} bytes, at most ${maxBytes} are read`,
    { hint: 'Check the image: the file is not what its name says.' },
  );
}
