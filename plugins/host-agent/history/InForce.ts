/** What the host is held to: what the files declare, or the generation that it is pinned to. */
import type { Locate, Logger } from '../../../hooks/index.ts';
import type { DeclaredHost } from '../declare/declared.ts';
import { digestOf } from '../declare/digestOf.ts';
import type { Options } from '../options.ts';
import type { Generation } from './Generations.ts';
import type { Pin, PinFile } from './PinFile.ts';

export interface InForceOptions {
  /** What the files declare. */
  readonly sections: Options;
  readonly locate: Locate;
  /** Of digests. */
  readonly key: string;
  readonly pins: PinFile;
  readonly log: Pick<Logger, 'info'>;
  read(sections: Options, locate: Locate): DeclaredHost;
  /** Wall time, RFC 3339. */
  now(): string;
}

interface Pinned {
  readonly pin: Pin;
  readonly declared: DeclaredHost;
}

export class InForce {
  readonly #options: InForceOptions;
  readonly #ofFiles: DeclaredHost;
  #pinned: Pinned | undefined;
  /** Called when it is something else than before. */
  onChange: () => void = () => undefined;

  private constructor(options: InForceOptions) {
    this.#options = options;
    this.#ofFiles = options.read(options.sections, options.locate);
  }

  /** A pin ends here if the files declare something else than when it began. */
  static async open(options: InForceOptions): Promise<InForce> {
    const { pins, log } = options;
    const inForce = new InForce(options);
    const pin = await pins.read();
    if (pin?.filesDigest === inForce.digestOf(options.sections)) inForce.#use(pin);
    else if (pin) {
      log.info('the files have changed: the host is no longer pinned', { generation: pin.number });
      await pins.remove();
    }
    return inForce;
  }

  get declared(): DeclaredHost {
    return this.#pinned?.declared ?? this.#ofFiles;
  }

  get sections(): Options {
    return this.#pinned?.pin.sections ?? this.#options.sections;
  }

  /** Absolute paths of the files that declare it. */
  get files(): string[] {
    if (this.#pinned) return this.#pinned.pin.files;
    const { networks, volumes, images, containers } = this.#ofFiles;
    const all = [networks, volumes, images, containers].flatMap((section) => [...section.values()]);
    const origins = all.flatMap(({ origin }) => origin?.replace(/(:\d+){1,2}$/, '') ?? []);
    return [...new Set(origins)].toSorted();
  }

  get pin(): Pin | undefined {
    return this.#pinned?.pin;
  }

  digestOf(sections: Options): string {
    return digestOf(sections, this.#options.key);
  }

  /** What a generation declares. */
  declaredBy({ number, sections }: Pick<Generation, 'number' | 'sections'>): DeclaredHost {
    return this.#options.read(sections, () => `generation ${number}`);
  }

  /** Once this resolves, also the next pouchd holds the host to the generation. */
  async pinTo({ number, sections, files }: Generation): Promise<void> {
    const { pins, now } = this.#options;
    const filesDigest = this.digestOf(this.#options.sections);
    const pin: Pin = { version: 1, number, since: now(), sections, files, filesDigest };
    await pins.write(pin);
    this.#use(pin);
    this.onChange();
  }

  /** The files are in force again. */
  async unpin(): Promise<void> {
    if (!this.#pinned) return;
    await this.#options.pins.remove();
    this.#pinned = undefined;
    this.onChange();
  }

  #use(pin: Pin): void {
    this.#pinned = { pin, declared: this.declaredBy(pin) };
  }
}
