import type { Static, TObject } from '@sinclair/typebox';

/**
 * A command of `pouch`: `pouch NAME ARGUMENTS --OPTIONS`. It runs where its plugin does; the client prints its output.
 *
 * Values of `args` and `options` are strings, integers, numbers, booleans (options only), or arrays of strings.
 * It works in a plugin with a process of its own too.
 */
export interface Verb<Args extends TObject = TObject, Options extends TObject = TObject> {
  /** At most 30 lower-case letters, digits and `-`, the first a letter; not the name of another command. */
  name: string;
  /** One line for `pouch --help`, of at most 200 characters. */
  doc: string;
  /** In their order; the last may be an array. `Type.Optional` marks those that may be missing. */
  args?: Args;
  /** Its options by name, `{ since: Type.Optional(Type.String({ description: '…' })) }` for `--since`. */
  options?: Options;
  /** Milliseconds; a minute if missing. */
  deadlineMs?: number;
  /** Returns the exit code, 0 to 125; nothing for 0. An error is printed with its code, hint and plugin. */
  run(
    input: { args: Static<Args>; options: Static<Options> },
    context: VerbContext,
  ): Promise<number | void> | number | void;
}

/** What a verb may use while it runs: the streams of its client, and a signal. */
export interface VerbContext {
  /**
   * Writes to the client's stdout; await it, so that a slow client slows the verb down. A write that fails ends the
   * verb with its error, and all fail once `signal` has aborted.
   */
  out(text: string): Promise<void>;
  /** The same for stderr. */
  err(text: string): Promise<void>;
  /** Aborts at the deadline, or when the client leaves. */
  signal: AbortSignal;
}
