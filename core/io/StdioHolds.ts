import { closeSync, existsSync } from 'node:fs';
import { openReadEnd } from './fifo/open.ts';
import type { StreamPaths } from './layout.ts';
import { StdinHold } from './StdinHold.ts';

interface Held {
  stdin: StdinHold | undefined;
  /** Read ends that are never read: a FIFO loses its content when its last reader closes it. */
  outputs: number[];
}

/**
 * Keeps ends of the containers' FIFOs open: for stdin see {@link StdinHold}; for the outputs, until a new keeper
 * reads them.
 */
export class StdioHolds {
  readonly #held = new Map<string, Held>();

  hold(container: string, { stdin, stdout, stderr }: StreamPaths): void {
    this.release(container);
    const held: Held = { stdin: undefined, outputs: [] };
    // Set before opening: if an open fails, releasing the container closes the others.
    this.#held.set(container, held);
    if (existsSync(stdin)) held.stdin = new StdinHold(stdin);
    for (const path of [stdout, stderr]) if (existsSync(path)) held.outputs.push(openReadEnd(path));
  }

  async endInput(container: string): Promise<void> {
    await this.#held.get(container)?.stdin?.endInput();
  }

  release(container: string): void {
    const held = this.#held.get(container);
    held?.stdin?.close();
    for (const fd of held?.outputs ?? []) closeSync(fd);
    this.#held.delete(container);
  }

  releaseAll(): void {
    for (const container of this.#held.keys()) this.release(container);
  }
}
