/** What the host is held to: what the files declare, or the generation that it is pinned to. */
import type { LostFile } from '../../../hooks/appliedFile.ts';
import { unreadProblem } from '../../../hooks/unread.ts';
import type { Locate, Logger, Profile } from '../../../hooks/index.ts';
import { readProfiles, usableProfiles } from '../../../translate/profiles/readProfiles.ts';
import type { DeclaredHost } from '../declare/declared.ts';
import { digestOf } from '../declare/digestOf.ts';
import type { Options } from '../options.ts';
import type { Generation } from './Generations.ts';
import { ofLostFile, type Pin, type PinFile } from './PinFile.ts';

export interface InForceOptions {
  /** What the files declare. */
  readonly sections: Options;
  readonly locate: Locate;
  /** Of digests. */
  readonly key: string;
  readonly pins: PinFile;
  /** The file that was applied, if it cannot be used: `sections` are empty. */
  readonly lost?: LostFile | undefined;
  /** The newest generation; undefined if it cannot be read, or none was recorded. */
  newest(): Promise<Generation | undefined>;
  readonly log: Pick<Logger, 'info'>;
  /** @param secrets texts with contents of files beside those that are known */
  read(sections: Options, locate: Locate, secrets?: readonly string[]): DeclaredHost;
  /** Wall time, RFC 3339. */
  now(): string;
}

/** What a generation declares. */
export interface DeclaredThen {
  readonly number: number;
  readonly declared: DeclaredHost;
  /** Those of pouchd.yaml at its time; undefined if it was recorded without them. */
  readonly profiles: readonly Profile[] | undefined;
  /** Texts that have contents of files. */
  readonly secrets: readonly string[];
}

interface Pinned extends DeclaredThen {
  readonly pin: Pin;
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

  /**
   * A pin ends here if the files declare something else than when it began. What was applied and is lost leaves the
   * host pinned: to what it is pinned already, or to the newest generation.
   */
  static async open(options: InForceOptions): Promise<InForce> {
    const { pins, log, lost, newest } = options;
    const inForce = new InForce(options);
    const pin = await pins.read();
    if (lost && pin) inForce.#use(pin);
    else if (lost) {
      const generation = await newest();
      if (generation) await inForce.pinTo(generation, ofLostFile);
    } else if (pin) {
      if (inForce.#mayBeThatOf(pin)) {
        inForce.#use(pin);
        return inForce;
      }
      const what =
        pin.filesDigest === ofLostFile ? 'what was applied is known again' : 'the files have changed';
      log.info(`${what}: the host is no longer pinned`, { generation: pin.number });
      await pins.remove();
    }
    return inForce;
  }

  get declared(): DeclaredHost {
    return this.#pinned?.declared ?? this.#ofFiles;
  }

  /** In place of those of pouchd.yaml; undefined: these are in force. */
  get profiles(): readonly Profile[] | undefined {
    return this.#pinned?.profiles;
  }

  /** What the generation declares that the host is pinned to. */
  get pinned(): DeclaredThen | undefined {
    return this.#pinned;
  }

  /** Texts with contents of files, which the files may no longer name. */
  get secrets(): readonly string[] {
    return this.#pinned?.secrets ?? [];
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

  /** The file that was applied, if it cannot be used. */
  get lost(): LostFile | undefined {
    return this.#options.lost;
  }

  /** What was applied is lost, and no generation has it. */
  get isUnknown(): boolean {
    return this.lost !== undefined && this.#pinned === undefined;
  }

  /** A rollback has asked for the pin: what its generation does not declare is to go. */
  get isRolledBack(): boolean {
    return this.#pinned !== undefined && !this.isHeld;
  }

  /** The host is pinned as what was applied is lost: a generation may lack some of it. */
  get isHeld(): boolean {
    return this.#pinned?.pin.filesDigest === ofLostFile;
  }

  /** Whether a generation declares something else than what is in force, as far as both are known. */
  differsFrom({ sections: then }: Pick<Generation, 'sections'>): boolean {
    const { key } = this.#options;
    const now = this.sections;
    return digestOf(alike(now, then), key) !== digestOf(alike(then, now), key);
  }

  /** What a generation declares. */
  declaredBy({
    number,
    sections,
    secrets = [],
  }: Pick<Generation, 'number' | 'sections' | 'secrets'>): DeclaredThen {
    const locate = () => `generation ${number}`;
    const { profiles } = sections;
    return {
      number,
      declared: this.#options.read(sections, locate, secrets),
      profiles: profiles && usableProfiles(readProfiles({ profiles }, locate)),
      secrets,
    };
  }

  /** Once this resolves, also the next pouchd holds the host to the generation. */
  async pinTo(
    { number, sections, secrets, files }: Generation,
    filesDigest = this.#digestOfFiles({ sections }),
  ): Promise<void> {
    const { pins, now } = this.#options;
    const ofGeneration = { number, sections, ...(secrets && { secrets }), files };
    const pin: Pin = { version: 1, since: now(), ...ofGeneration, filesDigest };
    await pins.write(pin);
    this.#use(pin);
    this.onChange();
  }

  /** The files are in force again, if it is known what they declare. */
  async unpin(): Promise<void> {
    if (!this.#pinned || this.lost) return;
    await this.#options.pins.remove();
    this.#pinned = undefined;
    this.onChange();
  }

  /** Whether the files declare what they did when a pin began, as far as they can be read. */
  #mayBeThatOf(pin: Pin): boolean {
    if (pin.filesDigest === ofLostFile) return false;
    return this.#hasUnread() || pin.filesDigest === this.#digestOfFiles(pin);
  }

  /** Whether an object has a reference that could not be read when pouchd started. */
  #hasUnread(): boolean {
    const sections = Object.values(this.#options.sections) as readonly Options[keyof Options][];
    return sections.some((objects) =>
      Object.values(objects ?? {}).some((options) => unreadProblem(options ?? {}) !== undefined),
    );
  }

  #use(pin: Pin): void {
    this.#pinned = { pin, ...this.declaredBy(pin) };
  }

  /** Of what the files declare, as far as a generation has it. */
  #digestOfFiles(pinned: Pick<Pin, 'sections'>): string {
    return digestOf(alike(this.#options.sections, pinned.sections), this.#options.key);
  }
}

/** Sections without the profiles if others have none: an older pouchd has recorded those. */
function alike(sections: Options, others: Options): Options {
  if (others.profiles) return sections;
  const { profiles: _profiles, ...rest } = sections;
  return rest;
}
