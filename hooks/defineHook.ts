/**
 * How a hook point is declared. The declaration is the one source of its type, its deadline, its failure policy, its
 * JSON Schema and its page in the docs.
 */
import type { TSchema } from '@sinclair/typebox';
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
export type Phase = (typeof phases)[number];

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
}

export interface TapContext {
  /** Aborts at the tap's deadline, or when the client that asked for the operation leaves. */
  signal: AbortSignal;
  /** Milliseconds from the call to the deadline. */
  timeoutMs: number;
  log: Logger;
}

export interface Logger {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

export type TapFunction<Input, Result> = (
  input: Input,
  context: TapContext,
) => Result | Input | void | undefined | Promise<Result | Input | void | undefined>;

/** A hook point as a plugin sees it. */
export interface Tappable<Input, Result = void> {
  tap(run: TapFunction<Input, Result>): void;
  tap(options: TapOptions, run: TapFunction<Input, Result>): void;
}
