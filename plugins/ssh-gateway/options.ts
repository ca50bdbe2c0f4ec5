import { containerSelection, type Static, Type } from '../../hooks/index.ts';

/** What a client can do in a container. */
export const actions = ['shell', 'exec', 'sftp', 'forward'] as const;
export type Action = (typeof actions)[number];

const Actions = (description: string, more: { default?: Action[] } = {}) =>
  Type.Array(Type.Unsafe<Action>(Type.String({ enum: [...actions] })), { description, ...more });

const Right = Type.Object(
  {
    ...containerSelection,
    users: Type.Array(Type.String({ minLength: 1 }), {
      default: ['root'],
      description: 'Users inside; `*` stands for any text.',
    }),
    allow: Actions('What is allowed there: `shell`, `exec`, `sftp` and `forward`.'),
  },
  { additionalProperties: false },
);

const User = Type.Object(
  {
    name: Type.String({ pattern: '^[A-Za-z0-9._@-]{1,64}$', description: 'For the audit log and events.' }),
    keys: Type.Array(Type.String(), { minItems: 1, description: 'Public keys, as in authorized_keys.' }),
    rights: Type.Array(Right, { description: 'Each adds to what the user may do.' }),
  },
  { additionalProperties: false },
);

const count = (value: number, description: string) =>
  Type.Integer({ minimum: 1, maximum: 1_000_000, default: value, description });

const Limits = Type.Object(
  {
    connections: count(100, 'Connections at a time.'),
    connectionsPerAddress: count(20, 'Those of one address.'),
    newPerMinute: count(60, 'New connections of one address in a minute.'),
    failuresPerMinute: count(30, 'Logins of one address that fail in a minute: it is refused then.'),
    channels: count(10, 'Sessions and forwarded connections of one connection at a time.'),
    attempts: count(6, 'Keys that one connection may try.'),
    loginSeconds: count(20, 'Until a connection is logged in.'),
    idleSeconds: count(3600, 'Until a connection without data is closed.'),
  },
  { additionalProperties: false, default: {} },
);

export const Options = Type.Object({
  enabled: Type.Boolean({ default: false, description: 'Serves ssh clients.' }),
  listen: Type.String({
    default: '127.0.0.1:2222',
    pattern: '^(\\[[0-9a-fA-F:]+\\]|[0-9.]+):[0-9]{1,5}$',
    description: 'Address and port; port 0 is a free one.',
  }),
  users: Type.Array(User, { default: [], description: 'Who may log in.' }),
  containerKeys: Actions(
    'What the keys that a container was created with (`ssh-key`) allow in it, as their user.',
    {
      default: [],
    },
  ),
  logCommands: Type.Boolean({
    default: false,
    description: 'Writes the commands of `exec` into the audit log. They may have secrets.',
  }),
  auditBytes: Type.Integer({
    minimum: 4096,
    default: 10_485_760,
    description: 'Bytes of the audit log before it is rotated; five older ones are kept.',
  }),
  limits: Limits,
});

export type GatewayOptions = Static<typeof Options>;
