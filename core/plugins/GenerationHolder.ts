import { AsyncLocalStorage } from 'node:async_hooks';
import { PouchError } from '../../hooks/errors.ts';
import type { Generation } from './generation.ts';

/** A generation in use; `release` it when the operation has ended. */
export interface Lease {
  readonly generation: Generation;
  /** Only the first call counts. */
  release(): void;
}

/** What the calls within an operation see; empty once it has ended, so that what outlives it keeps no old plugins. */
interface Operation {
  generation: Generation | undefined;
}

/**
 * Holds the newest generation. An operation works with the one it began with, whatever is loaded meanwhile; an old
 * one is disposed of when its last operation has ended.
 */
export class GenerationHolder {
  #newest: Generation | undefined;
  readonly #operation = new AsyncLocalStorage<Operation>();
  readonly #users = new Map<Generation, number>();
  readonly #disposing = new Set<Promise<void>>();

  /** Without a first one, it is empty until the first `swap`. */
  constructor(first?: Generation) {
    this.#newest = first;
  }

  /** Within an operation its own generation, otherwise the newest. @throws PCH_NOT_READY before the first */
  get current(): Generation {
    const generation = this.#operation.getStore()?.generation ?? this.#newest;
    if (!generation) throw new PouchError('PCH_NOT_READY', 'pouchd is starting: no plugin is loaded yet');
    return generation;
  }

  acquire(): Lease {
    const generation = this.current;
    this.#users.set(generation, this.#usersOf(generation) + 1);
    let held = true;
    return {
      generation,
      release: () => {
        if (held) this.#release(generation);
        held = false;
      },
    };
  }

  /** Runs an operation on the newest generation, or a part of an operation on that of the whole. */
  async use<T>(operation: (generation: Generation) => Promise<T>): Promise<T> {
    const { generation, release } = this.acquire();
    const own: Operation = { generation };
    try {
      return await this.#operation.run(own, () => operation(generation));
    } finally {
      own.generation = undefined;
      release();
    }
  }

  swap(next: Generation): void {
    const old = this.#newest;
    this.#newest = next;
    if (old) this.#disposeIfUnused(old);
  }

  /** When every generation that was given up so far has cleaned up. */
  async disposed(): Promise<void> {
    await Promise.all(this.#disposing);
  }

  #usersOf(generation: Generation): number {
    return this.#users.get(generation) ?? 0;
  }

  #release(generation: Generation): void {
    this.#users.set(generation, this.#usersOf(generation) - 1);
    this.#disposeIfUnused(generation);
  }

  #disposeIfUnused(generation: Generation): void {
    if (generation === this.#newest || this.#usersOf(generation) > 0) return;
    this.#users.delete(generation);
    const done = generation.dispose().finally(() => this.#disposing.delete(done));
    this.#disposing.add(done);
  }
}
