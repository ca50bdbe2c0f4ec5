/** With which plugins and settings all declared containers were planned, for the next pouchd; empty: with several. */
import { join } from 'node:path';
import { Type } from '../../../hooks/index.ts';
import { readDurable, writeDurably } from './durableFile.ts';

const Basis = Type.Object({ version: Type.Literal(1), basis: Type.String() });

export class BasisFile {
  readonly #file: string;

  /** @param root of pouchd */
  constructor(root: string) {
    this.#file = join(root, 'host-agent', 'plan-basis.json');
  }

  /** A damaged file counts as missing. */
  async read(): Promise<string | undefined> {
    const found = await readDurable(this.#file, Basis);
    return typeof found === 'object' ? found.value.basis : undefined;
  }

  async write(basis: string): Promise<void> {
    await writeDurably(this.#file, { version: 1, basis });
  }
}
