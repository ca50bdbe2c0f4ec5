import { AsyncLocalStorage } from 'node:async_hooks';
import { PouchError } from '../../hooks/errors.ts';
import type { OwnedEffectKind } from '../contract/ownedEffectKind.ts';
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
 * Holds the newest generation. An operation works with the one it began with, whatever is loaded meanwhile. An old
 * one is disposed of when its last operation has ended and every effect is undone that only its plugins can undo.
 */
export class GenerationHolder {
  #newest: Generation | undefined;
  readonly #operation = new AsyncLocalStorage<Operation>();
  readonly #users = new Map<Generation, number>();
  readonly #isApplied: (kind: string) => boolean;
  /** Earlier ones that are not disposed of yet, the last one first. */
  #retired: readonly Generation[] = [];
  readonly #disposing = new Set<Promise<void>>();

  /**
   * @param first without one, it is empty until the first `swap`
   * @param isApplied whether a container has an effect of a kind
   */
  constructor(first?: Generation, isApplied: (kind: string) => boolean = () => false) {
    this.#newest = first;
    this.#isApplied = isApplied;
  }

  /** Within an operation its own generation, otherwise the newest. @throws PCH_NOT_READY before the first */
  get current(): Generation {
    const generation = this.#operation.getStore()?.generation ?? this.#newest;
    if (!generation) throw new PouchError('PCH_NOT_READY', 'pouchd is starting: no plugin is loaded yet');
    return generation;
  }

  /** Within an operation too. Undefined before the first. */
  get newest(): Generation | undefined {
    return this.#newest;
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

  /**
   * Runs an operation on the newest generation, or a part of an operation on that of the whole.
   * @param as returns what the operation sees of the generation, itself by default
   */
  async use<T>(
    operation: (generation: Generation) => Promise<T>,
    as: (generation: Generation) => Generation = (generation) => generation,
  ): Promise<T> {
    const { generation: whole, release } = this.acquire();
    const generation = as(whole);
    const own: Operation = { generation };
    try {
      return await this.#operation.run(own, () => operation(generation));
    } finally {
      own.generation = undefined;
      release();
    }
  }

  /** Returns the kind that undoes an effect: the operation's own, or that of a plugin that is gone. */
  kindForUndo(kind: string): OwnedEffectKind | undefined {
    const generations = [this.current, this.#newest, ...this.#retired];
    return generations.map((one) => one?.effectKinds.get(kind)).find((found) => found !== undefined);
  }

  swap(next: Generation): void {
    if (this.#newest) this.#retired = [this.#newest, ...this.#retired];
    this.#newest = next;
    this.#disposeUnused();
  }

  /** At the end of the daemon: disposes of all, whether they are in use or not. */
  async disposeAll(): Promise<void> {
    const left = [...this.#retired.toReversed(), ...(this.#newest ? [this.#newest] : [])];
    this.#retired = [];
    for (const generation of left) await generation.dispose();
    await this.disposed();
  }

  /** When every generation that was given up so far has cleaned up. */
  async disposed(): Promise<void> {
    await Promise.all(this.#disposing);
  }

  #usersOf(generation: Generation): number {
    return this.#users.get(generation) ?? 0;
  }

  #release(generation: Generation): void {
    const left = this.#usersOf(generation) - 1;
    if (left === 0) this.#users.delete(generation);
    else this.#users.set(generation, left);
    this.#disposeUnused();
  }

  #disposeUnused(): void {
    // The end of every operation comes here, and there is seldom an earlier generation.
    if (this.#retired.length === 0) return;
    const provided = new Set(this.#newest?.effectKinds.keys());
    const kept = this.#retired.filter((generation) => {
      const own = [...generation.effectKinds.keys()].filter((kind) => !provided.has(kind));
      const isKept = this.#usersOf(generation) > 0 || own.some(this.#isApplied);
      if (isKept) for (const kind of own) provided.add(kind);
      return isKept;
    });
    const unused = this.#retired.filter((generation) => !kept.includes(generation));
    this.#retired = kept;
    for (const generation of unused) this.#dispose(generation);
  }

  #dispose(generation: Generation): void {
    this.#users.delete(generation);
    const done = generation.dispose().finally(() => this.#disposing.delete(done));
    this.#disposing.add(done);
  }
}
