/** Whether the host is paused, for the next pouchd. */
import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Value } from '@sinclair/typebox/value';
import { type Static, Type } from '../../../hooks/index.ts';
import { syncDirectory, writeDurably } from './durableFile.ts';

const Pause = Type.Object({
  version: Type.Literal(1),
  /** Who has asked for it. */
  by: Type.String(),
  /** RFC 3339. */
  since: Type.String(),
});
export type Pause = Static<typeof Pause>;

export class PauseFile {
  readonly #file: string;

  /** @param root of pouchd */
  constructor(root: string) {
    this.#file = join(root, 'host-agent', 'paused.json');
  }

  /** A damaged file pauses the host as well: somebody has asked for it. */
  async read(): Promise<Pause | undefined> {
    try {
      const parsed: unknown = JSON.parse(await readFile(this.#file, 'utf8'));
      if (Value.Check(Pause, parsed)) return parsed;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    }
    return { version: 1, by: 'somebody', since: 'an unknown time' };
  }

  async write(pause: Pause): Promise<void> {
    await writeDurably(this.#file, pause);
  }

  async remove(): Promise<void> {
    await rm(this.#file, { force: true });
    await syncDirectory(dirname(this.#file));
  }
}
