/** The file that a client has applied, for the next pouchd and for each load of the configuration. */
import { lstatSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { AppliedFile, appliedFilePath, damagedFilePath, type LostFile } from '../../../hooks/appliedFile.ts';
import type { Logger } from '../../../hooks/index.ts';
import { quarantine, readDurable, removeDurably, writeDurably } from './durableFile.ts';

/** An exchange of the applied file, which ends with one of these. */
export interface Exchange {
  /** What was in force before is no longer needed. */
  keep(): Promise<void>;
  /** What was in force before is in force again, or as unknown as it was. */
  undo(): Promise<void>;
}

export class AppliedFiles {
  readonly #file: string;
  readonly #aside: string;

  /** @param root of pouchd */
  constructor(root: string) {
    this.#file = appliedFilePath(root);
    this.#aside = damagedFilePath(root);
  }

  /** A damaged one is reported by the load of the configuration. */
  async read(): Promise<AppliedFile | undefined> {
    const found = await readDurable(this.#file, AppliedFile);
    return typeof found === 'string' ? undefined : found.value;
  }

  /** Puts a damaged one aside, which a load has found. Resolves to where it is. */
  async noteLost(lost: LostFile | undefined, log: Pick<Logger, 'error'>): Promise<LostFile | undefined> {
    if (!lost) return undefined;
    if (lost.isDamaged) await this.#putAside();
    const file = isThere(this.#file) ? this.#file : this.#aside;
    const text = lost.isDamaged ? 'is damaged, and was put aside' : 'cannot be read';
    log.error(`the file that was applied ${text}`, { file, found: lost.found });
    return { ...lost, file };
  }

  /** While a file is aside, what was applied counts as unknown. */
  async #putAside(): Promise<void> {
    if ((await readDurable(this.#file, AppliedFile)) === 'damaged') await quarantine(this.#file);
  }

  /** @param applied undefined: the declarations of the host's files are in force */
  async exchange(applied: AppliedFile | undefined): Promise<Exchange> {
    await this.#putAside();
    const before = await this.read();
    const discarded = `${this.#aside}.discarded`;
    if (applied) await writeDurably(this.#file, applied);
    else {
      await renameIfThere(this.#aside, discarded);
      await removeDurably(this.#file);
    }
    return {
      keep: () => removeDurably(applied ? this.#aside : discarded),
      undo: async () => {
        if (!applied) await renameIfThere(discarded, this.#aside);
        if (before) await writeDurably(this.#file, before);
        else await removeDurably(this.#file);
      },
    };
  }
}

async function renameIfThere(from: string, to: string): Promise<void> {
  if (!isThere(from)) return;
  await rm(to, { recursive: true, force: true });
  await rename(from, to);
}

/** Whatever it is. */
function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
