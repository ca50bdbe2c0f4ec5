/** The file that a client has applied, for the next pouchd and for each load of the configuration. */
import { readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Value } from '@sinclair/typebox/value';
import { AppliedFile, appliedFilePath } from '../../../hooks/appliedFile.ts';
import { syncDirectory, writeDurably } from './durableFile.ts';

export class AppliedFiles {
  readonly #file: string;

  /** @param root of pouchd */
  constructor(root: string) {
    this.#file = appliedFilePath(root);
  }

  /** A damaged one is reported by the load of the configuration. */
  async read(): Promise<AppliedFile | undefined> {
    try {
      const parsed: unknown = JSON.parse(await readFile(this.#file, 'utf8'));
      return Value.Check(AppliedFile, parsed) ? parsed : undefined;
    } catch {
      return undefined;
    }
  }

  /** @param applied undefined: the declarations of the host's files are in force */
  async put(applied: AppliedFile | undefined): Promise<void> {
    if (applied) return await writeDurably(this.#file, applied);
    await rm(this.#file, { force: true });
    await syncDirectory(dirname(this.#file));
  }
}
