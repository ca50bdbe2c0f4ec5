import type { Client, StatsResponse } from '../../client/index.ts';

interface Followed {
  last: StatsResponse | undefined;
  end: AbortController;
}

/** Follows containers concurrently and keeps the last sample of each. */
export class LiveStats {
  readonly #containers: Pick<Client['containers'], 'followStats'>;
  readonly #followed = new Map<string, Followed>();
  readonly #failures: unknown[] = [];

  constructor(containers: Pick<Client['containers'], 'followStats'>) {
    this.#containers = containers;
  }

  /** Follows exactly these containers. */
  only(refs: readonly string[]): void {
    const wanted = new Set(refs);
    for (const [ref, { end }] of this.#followed) if (!wanted.has(ref)) end.abort();
    for (const ref of wanted) if (!this.#followed.has(ref)) void this.#follow(ref);
  }

  /** Returns the last samples in the order of the containers; undefined before the first. */
  all(): [ref: string, last: StatsResponse | undefined][] {
    return [...this.#followed].map(([ref, { last }]) => [ref, last]);
  }

  /** Returns the failures since the last call. */
  takeFailures(): unknown[] {
    return this.#failures.splice(0);
  }

  async #follow(ref: string): Promise<void> {
    const followed: Followed = { last: undefined, end: new AbortController() };
    this.#followed.set(ref, followed);
    const { signal } = followed.end;
    try {
      for await (const stats of this.#containers.followStats(ref, signal)) followed.last = stats;
    } catch (error) {
      if (!signal.aborted) this.#failures.push(error);
    }
    this.#followed.delete(ref);
  }
}
