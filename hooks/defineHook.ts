/**
 * How a hook point is declared. The declaration is the one source of its type, its deadline, its failure policy, its
 * JSON Schema and its page in the docs.
 */
import type { TSchema } from '@sinclair/typebox';
import type { ContainerCondition } from './containerCondition.ts';
import type { ReservedKey } from './draftKeys.ts';

/**
 * - `plan`: a waterfall over a draft; pure; a tap changes the draft in place or returns a new one.
 * - `bail`: the first tap that returns a value decides; pure.
 * - `apply`: taps one after another; effects only through the ledger.
 * - `observe`: all taps side by side; cannot veto.
 */
export type HookKind = 'plan' | 'bail' | 'apply' | 'observe';

/**
 * What happens when a tap fails: the operation fails, the tap is skipped, the container is marked degraded, or the
 * tap is called again.
 */
export type FailurePolicy = 'fail' | 'skip' | 'degrade' | { retry: number };

/** One hook point: what its taps get and return, and what happens if one of them fails. */
export interface HookPoint<Input = unknown, Result = void> {
  /** `noun.verb`. */
  readonly name: string;
  readonly kind: HookKind;
  /** Milliseconds for one tap, unless the tap or the configuration says otherwise. */
  readonly deadlineMs: number;
  readonly onError: FailurePolicy;
  /** Version of Pouch. */
  readonly since: string;
  /** For plugin authors: when it is called, what may be done in it. */
  readonly doc: string;
  /** JSON Schema of the input, for plugins in other languages and for the docs. */
  readonly input: TSchema;
  /** bail: JSON Schema of the result. */
  readonly result?: TSchema;
  /** plan: top-level fields of the draft that no tap may change. */
  readonly fixed?: readonly string[];
  /** plan: keys of the draft that the engine sets itself, after the taps. */
  readonly reserved?: readonly ReservedKey[];
  /** Only for the type checker. */
  readonly types?: { input: Input; result: Result };
}

/** Freezes a declaration and gives it its types: `defineHook<ContainerDraft>()({ name: … })`. */
export function defineHook<Input, Result = void>() {
  return (point: Omit<HookPoint<Input, Result>, 'types'>): HookPoint<Input, Result> => Object.freeze(point);
}

/** Five named phases, in this order; within one, `before` and `after` decide, then the order of the configuration. */
export const phases = ['early', 'before', 'main', 'after', 'late'] as const;

/** When a tap runs among those of its point; before and after order it within the phase. */
export type Phase = (typeof phases)[number];

/** When a tap runs, how long it may take, and what its failure means. */
export interface TapOptions {
  /** Distinguishes two taps of one plugin on one point; the plugin's name by default. */
  name?: string;
  phase?: Phase;
  /** Names of plugins (or `plugin:tap`); a trailing `?` marks one that may be missing. */
  before?: string[];
  after?: string[];
  /**
   * Plugins whose fields this tap may change; without it that is a conflict. A trailing `?` marks one that may be
   * missing. `*`: every plugin's.
   */
  overrides?: string[];
  /** Milliseconds. */
  timeoutMs?: number;
  onError?: FailurePolicy;
  /**
   * The containers that it is called for; missing: all. It is not called for others, which costs nothing, not even in a
   * process. Only at hook points whose input describes a container. Labels, mode and runtime are those that the draft
   * has when it is the tap's turn.
   */
  when?: ContainerCondition;
  /**
   * Names of programs that the plugin speaks for, such as the clients of a socket: the tap is called once for each, one
   * after another, with the name as `part` of its context. Errors, blame, conflicts, figures and the failure policy are
   * those of `PLUGIN/PART`. Missing: the tap is called once, for the plugin. In-process plugins only.
   */
  parts?: () => readonly string[];
  /**
   * Its calls leave something outside the plan, as those to a program with state do. A plan that is only shown is made
   * without it, and says so. `onAbandoned` of its context runs if the plan is not carried out. Missing: false.
   */
  stateful?: boolean;
  /**
   * It is called however often it has failed. Otherwise a tap that keeps failing under `skip` and `degrade` is left
   * out for some time. In-process plugins only. Missing: false.
   */
  alwaysCalled?: boolean;
}

/** What a tap may use beside its input. */
export interface TapContext {
  /** Aborts at the tap's deadline, or when the client that asked for the operation leaves. */
  signal: AbortSignal;
  /** Milliseconds from the call to the deadline. */
  timeoutMs: number;
  log: Logger;
  /** For which of the `parts` of its options the tap is called. In-process plugins only. */
  part?: string;
  /** Runs if the plan that the tap takes part in is not carried out: another tap or an effect fails. */
  onAbandoned?(run: () => void): void;
  /** Adds a warning to the plan that the tap takes part in, for who made the request. In-process plugins only. */
  warn?(message: string): void;
}

/** A log; the fields of a line are values that JSON has. */
export interface Logger {
  /** Writes a line that is shown only at the level `debug`. */
  debug(message: string, fields?: Record<string, unknown>): void;
  /** Writes a line about an ordinary event. */
  info(message: string, fields?: Record<string, unknown>): void;
  /** Writes a line about what a user should look at, though nothing has failed. */
  warn(message: string, fields?: Record<string, unknown>): void;
  /** Writes a line about a failure. */
  error(message: string, fields?: Record<string, unknown>): void;
}

/** A tap. A plan tap changes its input or returns a new one; the kind of the point says what a result means. */
export type TapFunction<Input, Result> = (
  input: Input,
  context: TapContext,
) => Result | Input | void | undefined | Promise<Result | Input | void | undefined>;

/** A hook point as a plugin sees it. */
export interface Tappable<Input, Result = void> {
  /** Adds a tap to the point. */
  tap(run: TapFunction<Input, Result>): void;
  /** Adds a tap with options. */
  tap(options: TapOptions, run: TapFunction<Input, Result>): void;
}
