/** To which generation the host is pinned, for the next pouchd. */
import { join } from 'node:path';
import { type Logger, type Static, Type } from '../../../hooks/index.ts';
import { Options } from '../options.ts';
import { quarantine, readDurable, removeDurably, writeDurably } from './durableFile.ts';

const Pin = Type.Object({
  version: Type.Literal(1),
  /** Of the generation. */
  number: Type.Integer({ minimum: 1 }),
  /** RFC 3339. */
  since: Type.String(),
  /** What the generation declares, as generations are not kept for ever. */
  sections: Options,
  /** The texts in it that have contents of files. */
  secrets: Type.Optional(Type.Array(Type.String())),
  /** Where it was declared. */
  files: Type.Array(Type.String()),
  /** A digest of what the files declare: the pin ends once they declare something else. */
  filesDigest: Type.String(),
});
export type Pin = Static<typeof Pin>;

/** In the place of a digest: nobody has asked for the pin, and what was applied is lost. */
export const ofLostFile = 'lost';

export class PinFile {
  readonly #file: string;
  readonly #log: Pick<Logger, 'error'>;

  /** @param root of pouchd */
  constructor(root: string, log: Pick<Logger, 'error'>) {
    this.#file = join(root, 'host-agent', 'pinned.json');
    this.#log = log;
  }

  /** A damaged file is put aside, and pins nothing. */
  async read(): Promise<Pin | undefined> {
    const found = await readDurable(this.#file, Pin);
    if (found === 'missing') return undefined;
    if (found !== 'damaged') return found.value;
    this.#log.error('the pin of the host is damaged, and was put aside: the files are in force', {
      file: `${this.#file}.damaged`,
    });
    await quarantine(this.#file);
    return undefined;
  }

  async write(pin: Pin): Promise<void> {
    await writeDurably(this.#file, pin);
  }

  async remove(): Promise<void> {
    await removeDurably(this.#file);
  }
}
