import type { SourceManifest } from '../../../hooks/contributions/imageSource.ts';
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import type { Descriptor } from '../../../hooks/image.ts';
import { sourceDeadlineMs } from '../../contract/driverDeadlines.ts';
import { callWithin } from '../../plugins/index.ts';
import { manifestMediaType, maxManifestBytes } from '../content/manifest.ts';
import { formatReference, type Reference } from '../content/reference.ts';
import type { FetchedManifest } from '../registry/RegistrySession.ts';
import { enoughBytes, type MinimumRate } from '../registry/RateGuard.ts';
import { sha256 } from '../unpack/chainId.ts';
import type { ChosenSources, OwnedImageSource } from './imageSources.ts';

/** What the registry client offers. */
interface Registry {
  manifest(tagOrDigest: string, signal?: AbortSignal): Promise<FetchedManifest>;
  blob(digest: string, offset: number, signal?: AbortSignal): Promise<AsyncIterable<Buffer>>;
}

export interface SourceSessionOptions extends ChosenSources {
  readonly reference: Reference;
  readonly registry: Registry;
  readonly minimum: MinimumRate;
  /** Called with what the user should know, in a sentence. */
  note(text: string): void;
}

/**
 * Fetches manifests and blobs of one image from its sources, the registry last. A manifest by tag comes from the first
 * source that has it, and no other if that fails: a tag must mean the same whether a plugin works or not. What has a
 * digest may come from any.
 */
export class SourceSession {
  readonly #options: SourceSessionOptions;
  readonly #name: string;
  /** Sources that have failed for a digest. */
  readonly #failed = new Map<string, Set<OwnedImageSource>>();
  /** Sources whose bytes of a digest were stored. */
  readonly #used = new Map<string, Set<OwnedImageSource>>();
  readonly #problems: string[] = [];
  /** Sources that do not have the tag, until the registry has it. */
  #lacking: string[] = [];

  constructor(options: SourceSessionOptions) {
    this.#options = options;
    this.#name = formatReference(options.reference);
  }

  /** @throws PCH_IMAGE_NOT_FOUND, PCH_DIGEST_MISMATCH, PCH_REGISTRY_*, and errors of sources */
  async manifest(tagOrDigest: string, signal: AbortSignal): Promise<FetchedManifest> {
    const isDigest = tagOrDigest.includes(':');
    for (const owned of this.#options.sources) {
      try {
        const found = await this.#manifestOf(owned, tagOrDigest, isDigest, signal);
        if (found) return found;
        if (!isDigest) this.#lacking.push(`${titleOf(owned)} does not have the tag ${tagOrDigest}`);
      } catch (error) {
        signal.throwIfAborted();
        if (!isDigest) throw named(owned, error);
        this.#fail(owned, tagOrDigest, error);
      }
    }
    const found = await this.#fromRegistry(`manifest ${tagOrDigest}`, (registry) =>
      registry.manifest(tagOrDigest, signal),
    );
    this.#lacking = [];
    return found;
  }

  /** Opens a blob at an offset. What a source breaks off continues with the next one. */
  blob(descriptor: Descriptor, offset: number, signal: AbortSignal): Promise<AsyncIterable<Buffer>> {
    return Promise.resolve(this.#read(descriptor, offset, signal));
  }

  /**
   * Called when a stored blob does not match its digest. Returns whether it is worth another attempt: the sources that
   * had a part in it are not asked for it again.
   */
  distrust(digest: string): boolean {
    const used = this.#used.get(digest) ?? new Set();
    this.#used.delete(digest);
    for (const owned of used)
      this.#fail(owned, digest, new Error(`what it sent for ${digest} does not match the digest`));
    return used.size > 0;
  }

  /** An error of the whole pull, with what went wrong at the sources before. */
  explained(error: unknown): unknown {
    const reasons = [...this.#lacking, ...this.#problems];
    if (reasons.length === 0 || !(error instanceof PouchError)) return error;
    const { code, hint, cause, plugin } = error;
    return new PouchError(code, [error.message, ...reasons].join('; '), {
      ...(hint !== undefined && { hint }),
      ...(plugin !== undefined && { plugin }),
      cause: cause ?? error,
    });
  }

  async #manifestOf(
    owned: OwnedImageSource,
    tagOrDigest: string,
    isDigest: boolean,
    signal: AbortSignal,
  ): Promise<FetchedManifest | undefined> {
    const wanted = { ...this.#wanted(), ...(isDigest ? { digest: tagOrDigest } : { tag: tagOrDigest }) };
    const found = await call(owned, 'manifest', signal, (within) =>
      owned.source.manifest?.(wanted, { signal: within }),
    );
    if (found === undefined || found === null) return undefined;
    const fetched = checkManifest(found, tagOrDigest, isDigest, this.#name);
    if (!isDigest) this.#options.note(`From ${titleOf(owned)}`);
    return fetched;
  }

  async *#read(descriptor: Descriptor, offset: number, signal: AbortSignal): AsyncGenerator<Buffer> {
    const { digest } = descriptor;
    let at = offset;
    for (const owned of this.#options.sources) {
      if (this.#failed.get(digest)?.has(owned)) continue;
      try {
        for await (const chunk of this.#streamOf(owned, descriptor, at, signal)) {
          note(this.#used, digest, owned);
          at += chunk.length;
          yield chunk;
        }
      } catch (error) {
        signal.throwIfAborted();
        this.#fail(owned, digest, error);
      }
      // Also of one that sends more: the digest decides.
      if (at === descriptor.size) return;
    }
    yield* await this.#fromRegistry(`blob ${digest}`, (registry) => registry.blob(digest, at, signal));
  }

  /** Ends without a chunk if the source does not have the blob; else with its last byte. */
  async *#streamOf(
    owned: OwnedImageSource,
    { digest, size, mediaType }: Descriptor,
    offset: number,
    signal: AbortSignal,
  ): AsyncGenerator<Buffer> {
    const wanted = { ...this.#wanted(), digest, size, mediaType, offset };
    const found = await call(owned, 'blob', signal, (within) =>
      owned.source.blob?.(wanted, { signal: within }),
    );
    if (found === undefined || found === null) return;
    const stream = iteratorOf(found);
    const pace = new Pace(this.#options.minimum);
    let at = offset;
    const ask = () => {
      const chunk = call(owned, 'a chunk', signal, () => stream.next());
      chunk.catch(() => undefined);
      return chunk;
    };
    let coming = ask();
    try {
      for (;;) {
        const { done, value } = await pace.wait(() => coming);
        if (done === true) break;
        const chunk = checkChunk(value);
        at += chunk.length;
        if (at > size) throw wrong(`expected ${size} bytes of blob ${digest}, found more`);
        pace.received(chunk.length);
        // The source works on it while the reader takes this one.
        coming = ask();
        yield chunk;
      }
      if (at < size) throw wrong(`expected ${size} bytes of blob ${digest}, found ${at}`);
    } finally {
      // Not awaited: a stream that hangs may hang here too.
      void Promise.resolve(stream.return?.()).catch(() => undefined);
    }
  }

  #wanted(): { reference: string; repository: string } {
    const { domain, path } = this.#options.reference;
    return { reference: this.#name, repository: `${domain}/${path}` };
  }

  async #fromRegistry<T>(what: string, ask: (registry: Registry) => Promise<T>): Promise<T> {
    if (this.#options.hasRegistry) return await ask(this.#options.registry);
    throw new PouchError('PCH_IMAGE_NOT_FOUND', `no image source has the ${what} of ${this.#name}`, {
      hint: 'the source registry, which asks registries, is disabled: enable the plugin image-registry, or add a source',
    });
  }

  #fail(owned: OwnedImageSource, digest: string, error: unknown): void {
    note(this.#failed, digest, owned);
    const text = `${titleOf(owned)}: ${messageOf(error)}`;
    if (this.#problems.includes(text)) return;
    // A source that fails for every blob is not repeated without end.
    if (this.#problems.length < 5) this.#problems.push(text);
    this.#options.note(`Failed: ${text}`);
  }
}

/** Measures the time that a source takes, and not that of its reader. */
class Pace {
  readonly #minimum: MinimumRate;
  #waitedMs = 0;
  #bytes = 0;

  constructor(minimum: MinimumRate) {
    this.#minimum = minimum;
  }

  async wait<T>(next: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const result = await next();
    this.#waitedMs += performance.now() - began;
    return result;
  }

  /** @throws Error if it is slower than the minimum rate over a window */
  received(bytes: number): void {
    this.#bytes += bytes;
    const { rate, window } = this.#minimum;
    if (rate === 0 || this.#waitedMs < window) return;
    if (this.#bytes < enoughBytes(this.#minimum))
      throw wrong(`it sent ${this.#bytes} bytes in ${window / 1000} s, expected at least ${rate} per second`);
    this.#waitedMs = 0;
    this.#bytes = 0;
  }
}

async function call<T>(
  { plugin, source }: OwnedImageSource,
  what: string,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<T> | T,
): Promise<T> {
  const options = {
    plugin,
    what: `${what} of the image source ${source.name}`,
    ms: sourceDeadlineMs(source),
    signal,
  };
  return await callWithin(options, async (within) => run(within));
}

function checkManifest(
  found: SourceManifest,
  tagOrDigest: string,
  isDigest: boolean,
  name: string,
): FetchedManifest {
  const { bytes: given, mediaType = '' } = found;
  if (!(given instanceof Uint8Array)) throw wrong('expected `bytes` of a manifest');
  if (given.length > maxManifestBytes)
    throw wrong(`expected a manifest of at most ${maxManifestBytes} bytes, found ${given.length}`);
  const bytes = Buffer.from(given);
  const digest = sha256(bytes);
  if (isDigest && tagOrDigest.startsWith('sha256:') && digest !== tagOrDigest)
    throw new PouchError('PCH_DIGEST_MISMATCH', `expected the manifest ${tagOrDigest}, found ${digest}`);
  const type = manifestMediaType(bytes, typeof mediaType === 'string' ? mediaType : '', name);
  return { bytes, descriptor: { mediaType: type, digest, size: bytes.length } };
}

function titleOf({ source, plugin }: OwnedImageSource): string {
  return `image source ${source.name} (plugin ${plugin})`;
}

function iteratorOf(found: unknown): AsyncIterator<unknown> {
  const stream = found as AsyncIterable<unknown>;
  if (typeof found !== 'object' || found === null || !(Symbol.asyncIterator in found))
    throw wrong('expected a stream of bytes');
  return stream[Symbol.asyncIterator]();
}

function checkChunk(value: unknown): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.length);
  throw wrong(`expected bytes in the stream, found ${value === null ? 'null' : typeof value}`);
}

function wrong(message: string): PouchError {
  return new PouchError('PCH_PLUGIN_CONTRACT', message, {
    hint: 'docs/guides/image-sources.md has what a source returns',
  });
}

function named({ plugin, source }: OwnedImageSource, error: unknown): unknown {
  const { code = 'PCH_PLUGIN_FAILED', hint } = error instanceof PouchError ? error : {};
  return new PouchError(code, `image source ${source.name}: ${messageOf(error)}`, {
    plugin,
    cause: error,
    ...(hint !== undefined && { hint }),
  });
}

function note<K, V>(sets: Map<K, Set<V>>, key: K, value: V): void {
  sets.set(key, (sets.get(key) ?? new Set<V>()).add(value));
}
