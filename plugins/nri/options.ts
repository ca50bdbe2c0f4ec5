import { type Static, Type } from '../../hooks/index.ts';

const plugin = Type.Object(
  {
    config: Type.Optional(Type.String({ description: 'Handed to the plugin when it registers, as it is.' })),
    required: Type.Optional(
      Type.Boolean({ description: 'No container is created while it is not connected. Missing: false.' }),
    ),
  },
  { additionalProperties: false },
);

export const Options = Type.Object({
  socket: Type.Optional(
    Type.String({
      pattern: '^/',
      maxLength: 107,
      description:
        'Path of the Unix socket, for root only. NRI plugins use `/var/run/nri/nri.sock` by default. Missing: NRI is off.',
    }),
  ),
  requestTimeoutMs: Type.Integer({
    default: 5_000,
    minimum: 1,
    maximum: 600_000,
    description: 'Milliseconds that a plugin has for one event; `timeout` of the entry goes before it.',
  }),
  registrationTimeoutMs: Type.Integer({
    default: 5_000,
    minimum: 1,
    maximum: 600_000,
    description: 'Milliseconds from the connection of a plugin to its registration.',
  }),
  mostPlugins: Type.Integer({ default: 32, minimum: 1, maximum: 100, description: 'Connections at a time.' }),
  plugins: Type.Record(Type.String({ pattern: '^[0-9]{2}-.+$' }), plugin, {
    default: {},
    description: 'NRI plugins by index and name: `10-foo`. Others may connect too.',
  }),
});
export type Options = Static<typeof Options>;
