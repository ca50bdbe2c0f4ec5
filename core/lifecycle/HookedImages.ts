/** The image store with the hook points of images around it. */
import type { Readable } from 'node:stream';
import { catalogue } from '../../hooks/catalogue.ts';
import type { Logger } from '../../hooks/defineHook.ts';
import type { ImagePruneFilter, Images, Progress } from '../../hooks/engine.ts';
import type { Image } from '../../hooks/image.ts';
import { formatPlatform, hostPlatform, normalizeReference } from '../images/index.ts';
import type { GenerationHolder } from '../plugins/index.ts';

export class HookedImages implements Images {
  readonly #images: Images;
  readonly #generations: () => GenerationHolder;
  readonly #log: Logger;

  constructor(images: Images, generations: () => GenerationHolder, log: Logger) {
    this.#images = images;
    this.#generations = generations;
    this.#log = log;
  }

  async get(ref: string, platform?: string): Promise<Image> {
    return await this.#images.get(await this.#resolve(ref, platform), platform);
  }

  async pull(ref: string, options: Parameters<Images['pull']>[1] = {}): Promise<Image> {
    const reference = await this.#resolve(ref, options.platform);
    const facts = { reference, platform: options.platform ?? formatPlatform(hostPlatform()) };
    return await this.#generations().use(async ({ runner }) => {
      await runner.apply(catalogue.image.prePull, facts, { log: this.#log });
      return await this.#images.pull(reference, options);
    });
  }

  list(): Promise<Image[]> {
    return this.#images.list();
  }

  tag(source: string, target: string): Promise<void> {
    return this.#images.tag(source, target);
  }

  remove(ref: string, options?: { force?: boolean }) {
    return this.#images.remove(ref, options);
  }

  load(archive: Readable, onProgress?: (progress: Progress) => void): Promise<Image[]> {
    return this.#images.load(archive, onProgress);
  }

  save(refs: string[]): Promise<Readable> {
    return this.#images.save(refs);
  }

  history(ref: string) {
    return this.#images.history(ref);
  }

  bootstrap(...args: Parameters<Images['bootstrap']>): Promise<Image> {
    return this.#images.bootstrap(...args);
  }

  prune(filter?: ImagePruneFilter) {
    return this.#images.prune(filter);
  }

  /** A tap may turn a reference into another; what no tap changes stays as it was written, ids among it. */
  async #resolve(requested: string, platform = formatPlatform(hostPlatform())): Promise<string> {
    const reference = fullForm(requested);
    const draft = { requested, reference, platform };
    const outcome = await this.#generations().use(({ runner }) =>
      runner.plan(catalogue.image.resolve, draft, { log: this.#log }),
    );
    return outcome.draft.reference === reference ? requested : outcome.draft.reference;
  }
}

/** What is no reference is judged by the look-up, which says what was expected. */
function fullForm(requested: string): string {
  try {
    return normalizeReference(requested);
  } catch {
    return requested;
  }
}
