/** Whether the host is paused, for the next pouchd. */
import { join } from 'node:path';
import { type Static, Type } from '../../../hooks/index.ts';
import { readDurable, removeDurably, writeDurably } from './durableFile.ts';

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
    const found = await readDurable(this.#file, Pause);
    if (found === 'missing') return undefined;
    return found === 'damaged' ? { version: 1, by: 'somebody', since: 'an unknown time' } : found.value;
  }

  async write(pause: Pause): Promise<void> {
    await writeDurably(this.#file, pause);
  }

  async remove(): Promise<void> {
    await removeDurably(this.#file);
  }
}
