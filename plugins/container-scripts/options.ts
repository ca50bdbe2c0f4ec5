import { containerSelection, type Static, Type } from '../../hooks/index.ts';

/** The longest deadline, in seconds. */
const longest = 3600;

const Script = Type.Object(
  {
    path: Type.String({ pattern: '^/', description: 'Absolute path of an executable of the host.' }),
    args: Type.Array(Type.String(), { default: [], description: 'Its arguments.' }),
    deadline: Type.Number({
      default: 30,
      minimum: 0.1,
      maximum: longest,
      description: 'Seconds after which it is killed, and has failed.',
    }),
  },
  { additionalProperties: false },
);
export type Script = Static<typeof Script>;

const Entry = Type.Object(
  {
    ...containerSelection,
    prestart: Type.Optional(Script),
    poststop: Type.Optional(Script),
  },
  { additionalProperties: false },
);
export type Entry = Static<typeof Entry>;

export const Options = Type.Object({
  scripts: Type.Array(Entry, {
    default: [],
    description:
      'Scripts that run on the host, as the user of pouchd, before the containers start and after they have stopped.',
  }),
});
