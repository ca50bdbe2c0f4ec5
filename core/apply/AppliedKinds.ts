import type { Effect } from '../../hooks/effects.ts';

/**
 * The kinds of effects that are applied, or may be, in any container: as of the end of its last operation, or of its
 * recovery. A plugin that is gone is kept for them.
 */
export class AppliedKinds {
  readonly #ofContainer = new Map<string, ReadonlySet<string>>();

  note(container: string, effects: Record<string, Effect>): void {
    const kinds = new Set(Object.values(effects).map(({ kind }) => kind));
    if (kinds.size > 0) this.#ofContainer.set(container, kinds);
    else this.#ofContainer.delete(container);
  }

  has(kind: string): boolean {
    return [...this.#ofContainer.values()].some((kinds) => kinds.has(kind));
  }
}
