/** The image store with the hook points of images around it. */
import type { Readable } from 'node:stream';
import { catalogue } from '../../hooks/catalogue.ts';
import type { Logger } from '../../hooks/defineHook.ts';
import type { ImagePruneFilter, Images, Progress } from '../../hooks/engine.ts';
import type { Image } from '../../hooks/image.ts';
import type { BlameEntry, Degradation } from '../../hooks/plan.ts';
import { formatPlatform, hostPlatform, normalizeReference } from '../images/index.ts';
import type { GenerationHolder } from '../plugins/index.ts';

/** A reference after the taps of image.resolve. */
interface Resolved {
  reference: string;
  blame: BlameEntry[];
  degraded: Degradation[];
}

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
    return await this.#images.get((await this.resolve(ref, platform)).reference, platform);
  }

  async pull(ref: string, options: Parameters<Images['pull']>[1] = {}): Promise<Image> {
    const { reference, blame, degraded } = await this.resolve(ref, options.platform);
    for (const status of [...blame.map(inWords), ...degraded.map(leftOut)])
      options.onProgress?.({ id: '', status });
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
  async resolve(requested: string, platform = formatPlatform(hostPlatform())): Promise<Resolved> {
    const reference = fullForm(requested);
    const draft = { requested, reference, platform };
    const outcome = await this.#generations().use(({ runner }) =>
      runner.plan(catalogue.image.resolve, draft, { log: this.#log }),
    );
    const isChanged = outcome.draft.reference !== reference;
    return { ...outcome, reference: isChanged ? outcome.draft.reference : requested };
  }
}

function inWords({ plugin, hook, before, after }: BlameEntry): string {
  return `Plugin ${plugin} (${hook}) replaces ${String(before)} with ${String(after)}`;
}

function leftOut({ plugin, hook, message }: Degradation): string {
  return `Without plugin ${plugin} (${hook}): ${message}`;
}

/** The lookup rejects an invalid reference, and reports what it expects. */
function fullForm(requested: string): string {
  try {
    return normalizeReference(requested);
  } catch {
    return requested;
  }
}
