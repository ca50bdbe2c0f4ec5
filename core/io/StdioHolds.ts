import { closeSync, existsSync } from 'node:fs';
import { openReadEnd } from './fifo/open.ts';
import type { StreamPaths } from './layout.ts';

/**
 * Read ends of a container's FIFOs that are never read from. What is in a FIFO is lost when the last one closes it:
 * - stdout, stderr: while the keeper is replaced and the container ends,
 * - stdin: what a client sends before the shim has opened it (which also makes opening the write end possible).
 */
export class StdioHolds {
  readonly #held = new Map<string, number[]>();

  hold(container: string, paths: StreamPaths): void {
    this.release(container);
    const present = [paths.stdin, paths.stdout, paths.stderr].filter((path) => existsSync(path));
    this.#held.set(container, present.map(openReadEnd));
  }

  release(container: string): void {
    for (const fd of this.#held.get(container) ?? []) closeSync(fd);
    this.#held.delete(container);
  }

  releaseAll(): void {
    for (const container of this.#held.keys()) this.release(container);
  }
}
