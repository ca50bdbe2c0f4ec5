import type { ContainerDraft } from './draft.ts';

/** What an effect's code may use while it applies, checks or undoes. */
export interface EffectContext {
  container: string;
  /** Of the effect. */
  key: string;
  /** Reads the result of an effect that is applied, by its key (only those in `needs`, or of an earlier stage). */
  resultOf(key: string): unknown;
  signal: AbortSignal;
}

/** What a check may know. Other effects of the plan are not applied. */
export interface EffectCheckContext {
  /** The container as it is planned. It exists nowhere yet. */
  draft: Readonly<ContainerDraft>;
  signal: AbortSignal;
}

/** How effects of one kind are applied and undone. */
export interface EffectKind<Args extends object = Record<string, unknown>, Result = unknown> {
  kind: string;
  /**
   * It does not survive a reboot of the host: its intent need not be on the disk before it is applied. The end of the
   * daemon alone loses nothing that was written.
   */
  volatile?: true;
  /** Milliseconds that one apply or undo may take; a minute if it is missing. */
  deadlineMs?: number;
  /** One sentence for plans and logs: `attach eth0 to network bridge`. */
  describe(args: Args): string;
  /** Applies it. The result is journaled (plain JSON) and passed to `undo`. */
  apply(args: Args, context: EffectContext): Promise<Result>;
  /**
   * For `pouch plan`: throws what `apply` would throw, as far as that can be known now. It must not change anything.
   * `apply` checks the same again, since the host may change in between.
   */
  check?(args: Args, context: EffectCheckContext): Promise<void>;
  /**
   * Undoes it. Must succeed if it was never applied, partly applied, or is undone already: the daemon may have been
   * killed at any instruction. `result` is undefined if `apply` did not return.
   */
  undo(args: Args, result: Result | undefined, context: EffectContext): Promise<void>;
  /**
   * Arguments whose undo removes everything that this kind may have created for a container of which only the id is
   * known: its record, journal and plan are damaged. `netns` is the file of its network namespace.
   */
  assume?(container: { id: string; netns: string }): Args;
}
