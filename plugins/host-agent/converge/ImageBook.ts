/** What the agent knows of images beyond what the host has: images have no labels that it could set. */
import { join } from 'node:path';
import { type Logger, type Static, Type } from '../../../hooks/index.ts';
import type { DeclaredImage } from '../declare/declared.ts';
import { quarantine, readDurable, writeDurably } from '../history/durableFile.ts';

const Entry = Type.Object({
  /** The agent has pulled it: the host had none of this reference. */
  own: Type.Boolean(),
  onRemove: Type.Union([Type.Literal('keep'), Type.Literal('remove')]),
  /** RFC 3339: when the registry was asked for it last, or when its schedule began. */
  refreshedAt: Type.Optional(Type.String()),
});
type Entry = Static<typeof Entry>;

const File = Type.Object({ version: Type.Literal(1), images: Type.Record(Type.String(), Entry) });

type Declared = ReadonlyMap<string, DeclaredImage>;

/** One per root of pouchd: the generations of the plugin share it. */
export class ImageBook {
  readonly #file: string;
  readonly #log: Pick<Logger, 'error'>;
  #entries = new Map<string, Entry>();
  #written = '';
  #writing: Promise<void> = Promise.resolve();

  private constructor(root: string, log: Pick<Logger, 'error'>) {
    this.#file = join(root, 'host-agent', 'images.json');
    this.#log = log;
  }

  /** A damaged file is put aside: then no image is the agent's, so that it removes none. */
  static async open(root: string, log: Pick<Logger, 'error'>): Promise<ImageBook> {
    const book = new ImageBook(root, log);
    await book.#read();
    return book;
  }

  async #read(): Promise<void> {
    const found = await readDurable(this.#file, File);
    if (found === 'missing') return;
    if (found !== 'damaged') {
      this.#entries = new Map(Object.entries(found.value.images));
      this.#written = this.#text();
      return;
    }
    this.#log.error('the file about images of the host agent is damaged, and was put aside', {
      file: `${this.#file}.damaged`,
    });
    await quarantine(this.#file);
  }

  /** References of images that the agent has pulled, and removes once they are not declared. */
  get removable(): string[] {
    return [...this.#entries]
      .filter(([, { own, onRemove }]) => own && onRemove === 'remove')
      .map(([name]) => name);
  }

  /** When the registry was asked for it last; undefined before. */
  refreshedAt(reference: string): Date | undefined {
    const at = Date.parse(this.#entries.get(reference)?.refreshedAt ?? '');
    return Number.isNaN(at) ? undefined : new Date(at);
  }

  /** Keeps what is declared, and what is still to be removed. Writes only what is new. */
  async declare(declared: Declared): Promise<void> {
    for (const { name, onRemove } of declared.values()) {
      const entry = this.#entries.get(name);
      if (entry) this.#entries.set(name, { ...entry, onRemove });
    }
    for (const [name, { own, onRemove }] of this.#entries)
      if (!declared.has(name) && !(own && onRemove === 'remove')) this.#entries.delete(name);
    await this.#write();
  }

  async pulled({ name, onRemove }: DeclaredImage, at: string): Promise<void> {
    this.#entries.set(name, { own: true, onRemove, refreshedAt: at });
    await this.#write();
  }

  async refreshed(reference: string, at: string): Promise<void> {
    const entry = this.#entries.get(reference) ?? { own: false, onRemove: 'keep' };
    this.#entries.set(reference, { ...entry, refreshedAt: at });
    await this.#write();
  }

  async removed(reference: string): Promise<void> {
    this.#entries.delete(reference);
    await this.#write();
  }

  #text(): string {
    return JSON.stringify([...this.#entries]);
  }

  async #write(): Promise<void> {
    this.#writing = this.#writing
      .catch(() => undefined)
      .then(async () => {
        const text = this.#text();
        if (text === this.#written) return;
        await writeDurably(this.#file, { version: 1, images: Object.fromEntries(this.#entries) });
        this.#written = text;
      });
    await this.#writing;
  }
}
