import { type Static, Type } from '../../hooks/index.ts';

const words = (of: string) =>
  Type.Record(Type.String(), Type.Unknown(), { description: `Options of ${of} without their dashes.` });

/** The sections of pouchd.yaml, as they are written. `declare/` reads them. */
export const Options = Type.Object({
  /** Those of pouchd.yaml, for the history; the plugin `profiles` contributes them. Generations of before have none. */
  profiles: Type.Optional(Type.Record(Type.String(), words('`pouch run`'), { default: {} })),
  networks: Type.Record(Type.String(), words('`pouch network create`'), { default: {} }),
  volumes: Type.Record(Type.String(), words('`pouch volume create`'), { default: {} }),
  /** Generations of before have none. */
  images: Type.Optional(Type.Record(Type.String(), words('a declared image'), { default: {} })),
  containers: Type.Record(Type.String(), words('`pouch run`'), { default: {} }),
});
export type Options = Static<typeof Options>;
