import {
  createOptions,
  foregroundOptions,
  type RunOption,
  wordOf,
} from '../../client/options/createOptions.ts';

/** Options of `pouch run` without their dashes, as YAML has them: `memory: 2g`. */
export type Words = Readonly<Record<string, unknown>>;

/** Every option of `pouch run` by its word. */
export const runOptions: ReadonlyMap<string, RunOption> = new Map(
  [...createOptions, foregroundOptions].flatMap(({ options }) =>
    options.map((option) => [wordOf(option), option] as const),
  ),
);
