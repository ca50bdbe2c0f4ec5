/**
 * One lock per container, so that its verbs run one after another and never wait for another container. `pouch ops`
 * shows the owners of locks.
 */
interface Holder {
  verb: string;
  since: string;
  /** Resolves when the last verb in the queue has ended. */
  tail: Promise<unknown>;
  waiting: number;
}

/** The verb that has a container's lock. */
export interface HeldLock {
  container: string;
  verb: string;
  /** RFC 3339. */
  since: string;
  /** How many verbs wait for it. */
  waiting: number;
}

export class KeyedLocks {
  readonly #held = new Map<string, Holder>();

  /** Runs `work` after the earlier verbs of the container. */
  async run<T>(container: string, verb: string, work: () => Promise<T>): Promise<T> {
    const holder = this.#held.get(container) ?? { verb, since: now(), tail: Promise.resolve(), waiting: 0 };
    this.#held.set(container, holder);
    holder.waiting += 1;
    const turn = holder.tail.then(() => {
      holder.waiting -= 1;
      Object.assign(holder, { verb, since: now() });
      return work();
    });
    const settled = turn.then(ignore, ignore);
    holder.tail = settled;
    void settled.then(() => {
      if (holder.tail === settled) this.#held.delete(container);
    });
    return await turn;
  }

  isHeld(container: string): boolean {
    return this.#held.has(container);
  }

  list(): HeldLock[] {
    return [...this.#held].map(([container, { verb, since, waiting }]) => ({
      container,
      verb,
      since,
      waiting,
    }));
  }

  /** Resolves when no verb is running, for a clean shutdown. */
  async idle(): Promise<void> {
    while (this.#held.size > 0) await Promise.all([...this.#held.values()].map(({ tail }) => tail));
  }
}

function now(): string {
  return new Date().toISOString();
}

function ignore(): void {}
