/**
 * Effects: everything that the apply half of an operation changes on the host.
 *
 * A plan lists effects as data; the ledger journals each before it is applied and undoes them, last first. Kinds are
 * contributed by the core and by plugins.
 */

/** When in a container's life an effect is applied; it is undone at the matching end (remove, stop). */
export type EffectStage = 'create' | 'start';

/** One planned effect: plain JSON, so that a plan can be printed, stored and replayed after a crash. */
export interface Effect<Args extends object = Record<string, unknown>> {
  /** Name of the kind that applies it. */
  kind: string;
  stage: EffectStage;
  args: Args;
  /** Keys of effects of the same stage, or of an earlier one, that must be applied before this one; others run side by side. */
  needs?: string[];
}

export interface EffectContext {
  container: string;
  /** Reads the result of an effect that is applied, by its key (only those in `needs`, or of an earlier stage). */
  resultOf(key: string): unknown;
  signal: AbortSignal;
}

/** How effects of one kind are done and undone. */
export interface EffectKind<Args extends object = Record<string, unknown>, Result = unknown> {
  kind: string;
  /**
   * What it makes does not outlive the host's running: then its intent need not be on the disk before it is done. The
   * end of the daemon alone loses nothing that was written.
   */
  volatile?: true;
  /** Milliseconds that one apply or undo may take; a minute if it is missing. */
  deadlineMs?: number;
  /** One sentence for plans and logs: `attach eth0 to network bridge`. */
  describe(args: Args): string;
  /** Does it. The result is journaled (plain JSON) and handed to `undo`. */
  apply(args: Args, context: EffectContext): Promise<Result>;
  /**
   * Undoes it. Must succeed when it was never applied, was applied half, or is undone already: the daemon may have been
   * killed at any instruction. `result` is undefined if `apply` did not get as far.
   */
  undo(args: Args, result: Result | undefined, context: EffectContext): Promise<void>;
  /**
   * Arguments whose undo removes all that this kind may have made for a container of which nothing but the id is known:
   * its record, journal and plan are damaged. `netns` is the file of its network namespace.
   */
  assume?(container: { id: string; netns: string }): Args;
}
