import { type Static, Type } from '../../hooks/index.ts';

const paths = Type.Optional(
  Type.Array(Type.String({ pattern: '^/' }), {
    description: 'Files and directories, with what is below them.',
  }),
);

/** What pouchd lets a plugin have that it launches. */
const Grants = Type.Object(
  {
    user: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]*$',
        description: 'Name or number of a user of the host. Missing: `nobody`.',
      }),
    ),
    host: Type.Optional(Type.Boolean({ description: 'The namespaces of the host. Missing: its own.' })),
    network: Type.Optional(
      Type.Boolean({ description: 'The network of the host. Missing: a loopback interface.' }),
    ),
    paths: Type.Optional(
      Type.Object(
        { read: paths, write: paths },
        { additionalProperties: false, description: 'What it sees beside /usr and its own directory.' },
      ),
    ),
    memory: Type.Optional(Type.Integer({ minimum: 4 * 2 ** 20, description: 'Bytes. Missing: 512 MiB.' })),
    cpus: Type.Optional(
      Type.Number({ minimum: 0.01, maximum: 10_000, description: 'CPU time per second. Missing: no limit.' }),
    ),
    pids: Type.Optional(
      Type.Integer({ minimum: 8, maximum: 100_000, description: 'Processes and threads. Missing: 1024.' }),
    ),
  },
  { additionalProperties: false, description: 'What a plugin of `pluginPath` may have.' },
);
export type Grants = Static<typeof Grants>;

const plugin = Type.Object(
  {
    config: Type.Optional(
      Type.String({
        description:
          'Handed to the plugin when it registers, as it is; goes before a file of `pluginConfigPath`.',
      }),
    ),
    required: Type.Optional(
      Type.Boolean({ description: 'No container is created while it is not connected. Missing: false.' }),
    ),
    env: Type.Optional(
      Type.Record(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }), Type.String(), {
        description: 'Variables of a plugin of `pluginPath` beside PATH and LANG.',
      }),
    ),
    grants: Type.Optional(Grants),
  },
  { additionalProperties: false },
);

export const Options = Type.Object({
  socket: Type.Optional(
    Type.String({
      pattern: '^/',
      maxLength: 107,
      description:
        'Path of the Unix socket, for root only. NRI plugins use `/var/run/nri/nri.sock` by default. Missing: none can connect.',
    }),
  ),
  pluginPath: Type.Optional(
    Type.String({
      pattern: '^/',
      description:
        'Directory of NRI plugins that pouchd launches: executables named `10-foo`. containerd has `/opt/nri/plugins`. Missing: none.',
    }),
  ),
  pluginConfigPath: Type.String({
    default: '/etc/nri/conf.d',
    pattern: '^/',
    description:
      'Directory with the configuration of plugins of `pluginPath`: `10-foo.conf`, or else `foo.conf`.',
  }),
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
