import {
  createOptions,
  foregroundOptions,
  type RunOption,
  wordOf,
} from '../../client/options/createOptions.ts';
import { type Static, Type } from '../../hooks/index.ts';

/** Every option of `pouch run` by its word. */
export const runOptions: ReadonlyMap<string, RunOption> = new Map(
  [...createOptions, foregroundOptions].flatMap(({ options }) =>
    options.map((option) => [wordOf(option), option] as const),
  ),
);

export const Options = Type.Object({
  profiles: Type.Record(
    Type.String(),
    Type.Record(Type.String(), Type.Unknown(), {
      description:
        'Options of `pouch run` without their dashes, `memory: 2g`; docs/guides/profiles.md lists them.',
    }),
    { default: {}, description: 'Profiles by name.' },
  ),
});
export type Options = Static<typeof Options>;

/** The options of one profile, as YAML has them. */
export type Words = Options['profiles'][string];
