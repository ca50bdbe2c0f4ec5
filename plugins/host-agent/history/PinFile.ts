/** To which generation the host is pinned, for the next pouchd. */
import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Value } from '@sinclair/typebox/value';
import { type Logger, type Static, Type } from '../../../hooks/index.ts';
import { Options } from '../options.ts';
import { quarantine, syncDirectory, writeDurably } from './durableFile.ts';

const Pin = Type.Object({
  version: Type.Literal(1),
  /** Of the generation. */
  number: Type.Integer({ minimum: 1 }),
  /** RFC 3339. */
  since: Type.String(),
  /** What the generation declares, as generations are not kept for ever. */
  sections: Options,
  /** Where it was declared. */
  files: Type.Array(Type.String()),
  /** A digest of what the files declare: the pin ends once they declare something else. */
  filesDigest: Type.String(),
});
export type Pin = Static<typeof Pin>;

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
    try {
      const parsed: unknown = JSON.parse(await readFile(this.#file, 'utf8'));
      if (Value.Check(Pin, parsed)) return parsed;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    }
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
    await rm(this.#file, { force: true });
    await syncDirectory(dirname(this.#file));
  }
}
