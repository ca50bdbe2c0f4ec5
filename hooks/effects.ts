import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { closed, map, may, says, text } from './schema.ts';

/**
 * Effects: everything that the apply half of an operation changes on the host.
 *
 * A plan lists effects as data; the ledger journals each before it is applied and undoes them, last first. Kinds are
 * contributed by the core and by plugins.
 */

/** One planned effect: plain JSON, so that a plan can be printed, stored and replayed after a crash. */
export const Effect = closed({
  kind: says('Name of the kind that applies it.'),
  stage: Type.Unsafe<'create' | 'start'>(
    Type.Union([Type.Literal('create'), Type.Literal('start')], {
      description: 'When it is applied; it is undone at the removal or at the stop.',
    }),
  ),
  args: map(Type.Unknown()),
  needs: may(
    Type.Array(text, {
      description:
        'Keys of effects of the same or an earlier stage that are applied before it; others run side by side.',
    }),
  ),
});
export type Effect<Args extends object = Record<string, unknown>> = Omit<Static<typeof Effect>, 'args'> & {
  args: Args;
};

export type EffectStage = Effect['stage'];

export interface EffectContext {
  container: string;
  /** Reads the result of an effect that is applied, by its key (only those in `needs`, or of an earlier stage). */
  resultOf(key: string): unknown;
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
