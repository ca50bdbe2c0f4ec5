/**
 * Keeps removals of bridges apart from the look at the bridges of an earlier daemon, which sets rules for those that
 * exist: a rule of a bridge that is removed at this moment would remain. Removals run concurrently.
 */
export class BridgeTurns {
  #look: Promise<unknown> = Promise.resolve();
  readonly #removals = new Set<Promise<unknown>>();

  /** Runs the look after the removals that have begun, and before later ones. */
  async look(work: () => Promise<void>): Promise<void> {
    const looking = Promise.allSettled(this.#removals).then(work);
    this.#look = looking.catch(() => undefined);
    await looking;
  }

  async remove(work: () => Promise<void>): Promise<void> {
    const removing = this.#look.then(work);
    this.#removals.add(removing);
    await removing.finally(() => this.#removals.delete(removing));
  }
}
