import { catalogue } from '../../hooks/catalogue.ts';
import type { Logger } from '../../hooks/defineHook.ts';
import type { Images } from '../../hooks/engine.ts';
import type { Image } from '../../hooks/image.ts';
import type { BlameEntry, Degradation } from '../../hooks/plan.ts';
import {
  formatPlatform,
  hostPlatform,
  ImageStore,
  type ImageStoreOptions,
  normalizeReference,
} from '../images/index.ts';
import { checked } from '../plan/culprit.ts';
import type { GenerationHolder } from '../plugins/index.ts';

/** A reference after the taps of image.resolve. */
interface Resolved {
  reference: string;
  blame: BlameEntry[];
  degraded: Degradation[];
}

/** The image store with the hook points image.resolve and image.prePull around it. */
export class HookedImages extends ImageStore {
  readonly #generations: GenerationHolder;
  readonly #log: Logger;

  constructor(options: ImageStoreOptions, generations: GenerationHolder, log: Logger) {
    super(options);
    this.#generations = generations;
    this.#log = log;
  }

  override async get(ref: string, platform?: string): Promise<Image> {
    const { reference, blame } = await this.resolve(ref, platform);
    return await checked(blame, ['reference'], () => this.find(reference, platform));
  }

  override async pull(ref: string, options: Parameters<Images['pull']>[1] = {}): Promise<Image> {
    const { reference, blame, degraded } = await this.resolve(ref, options.platform);
    for (const status of [...blame.map(inWords), ...degraded.map(leftOut)])
      options.onProgress?.({ id: '', status });
    const facts = { reference, platform: options.platform ?? formatPlatform(hostPlatform()) };
    return await this.#generations.use(async ({ runner }) => {
      await runner.apply(catalogue.image.prePull, facts, { log: this.#log });
      return await super.pull(reference, options);
    });
  }

  /** A tap may turn a reference into another; what no tap changes stays as it was written, ids among it. */
  async resolve(requested: string, platform = formatPlatform(hostPlatform())): Promise<Resolved> {
    const reference = fullForm(requested);
    const draft = { requested, reference, platform };
    const outcome = await this.#generations.use(({ runner }) =>
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
