import { AsyncParallelHook, AsyncSeriesBailHook, AsyncSeriesHook, AsyncSeriesWaterfallHook } from 'tapable';
import type { HookKind } from '../../../hooks/defineHook.ts';
import type { PreparedTap } from '../tap.ts';
import { isFor, labelOf, partsOf } from '../tap.ts';

/** One run of a hook: what happens at each of its taps. */
export interface HookRun {
  step(tap: PreparedTap, input: unknown): Promise<unknown>;
}

type Arguments = [input: unknown, run: HookRun];
interface OurTap {
  tap: PreparedTap;
}

/** A hook with all of its taps, ready to be called. */
export interface CompiledHook {
  readonly taps: readonly PreparedTap[];
  run(input: unknown, run: HookRun): Promise<unknown>;
}

/**
 * Makes the tapable hook of a point. No tap's own function ever reaches tapable: the register interceptor, installed
 * before any tap, puts the step of the run in its place. tapable alone would crash the process on a synchronous throw
 * after an asynchronous tap, and hang on a tap that returns no promise.
 * @param taps in their final order; tapable's own `before` and `stage` are never used
 */
export function compileHook(kind: HookKind, name: string, taps: readonly PreparedTap[]): CompiledHook {
  const hook = newHook(kind, name);
  hook.intercept({
    register: (entry) => ({
      ...entry,
      fn: async (input: unknown, run: HookRun) => stepOfEach(kind, entry.tap, { input, run }),
    }),
  });
  for (const tap of taps) hook.tapPromise({ name: labelOf(tap), tap }, neverCalled);
  return { taps, run: async (input, run) => hook.promise(input, run) };
}

/** A tap without parts, as most are, has one step; one that is not for the container has none. */
async function stepOfEach(
  kind: HookKind,
  tap: PreparedTap,
  { input, run }: { input: unknown; run: HookRun },
): Promise<unknown> {
  // A plan changes from tap to tap: its run decides.
  if (kind !== 'plan' && !isFor(tap, input)) return undefined;
  if (!tap.parts) return await run.step(tap, input);
  if (kind === 'observe') return void (await Promise.all(partsOf(tap).map((part) => run.step(part, input))));
  for (const part of partsOf(tap)) {
    const result = await run.step(part, input);
    if (result !== undefined) return result;
  }
  return undefined;
}

function newHook(kind: HookKind, name: string) {
  const args: ['input', 'run'] = ['input', 'run'];
  switch (kind) {
    case 'plan':
      return new AsyncSeriesWaterfallHook<Arguments, unknown, OurTap>(args, name);
    case 'bail':
      return new AsyncSeriesBailHook<Arguments, unknown, OurTap>(args, name);
    case 'apply':
      return new AsyncSeriesHook<Arguments, OurTap>(args, name);
    case 'observe':
      return new AsyncParallelHook<Arguments, OurTap>(args, name);
  }
}

/** Stands for every tap until the interceptor replaces it. */
async function neverCalled(): Promise<never> {
  throw new Error('a tap was called past the interceptor');
}
