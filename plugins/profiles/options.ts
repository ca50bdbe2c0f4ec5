import { type Static, Type } from '../../hooks/index.ts';

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
