/** The file that a client has applied, for the next pouchd and for each load of the configuration. */
import { AppliedFile, appliedFilePath } from '../../../hooks/appliedFile.ts';
import { readDurable, removeDurably, writeDurably } from './durableFile.ts';

export class AppliedFiles {
  readonly #file: string;

  /** @param root of pouchd */
  constructor(root: string) {
    this.#file = appliedFilePath(root);
  }

  /** A damaged one is reported by the load of the configuration. */
  async read(): Promise<AppliedFile | undefined> {
    const found = await readDurable(this.#file, AppliedFile);
    return typeof found === 'string' ? undefined : found.value;
  }

  /** @param applied undefined: the declarations of the host's files are in force */
  async put(applied: AppliedFile | undefined): Promise<void> {
    if (applied) return await writeDurably(this.#file, applied);
    await removeDurably(this.#file);
  }
}
