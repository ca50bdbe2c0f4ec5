import { type Static, Type } from '../../hooks/index.ts';

const texts = (description: string) =>
  Type.Optional(Type.Array(Type.String({ minLength: 1 }), { description }));

/** Limits that a rule can require, by the words of `pouch run`. */
export const limitNames = ['memory', 'cpus', 'pids'] as const;
export type LimitName = (typeof limitNames)[number];

const hostNamespaces = ['network', 'pid', 'ipc'] as const;
export type HostNamespace = (typeof hostNamespaces)[number];

const oneOf = <Name extends string>(names: readonly Name[], description: string) =>
  Type.Optional(
    Type.Array(Type.Unsafe<Name>(Type.Union(names.map((name) => Type.Literal(name)))), { description }),
  );

export const Rule = Type.Object(
  {
    name: Type.String({ minLength: 1, description: 'Errors name the rule by it.' }),
    privileged: Type.Optional(Type.Literal(false, { description: 'No privileged containers and execs.' })),
    hostNamespaces: oneOf(
      hostNamespaces,
      'The namespaces of the host that containers may join; `[]` for none.',
    ),
    images: texts(
      'Patterns of images: `*` stands for any text, `registry.example/*`. `sha256:…` is an image by its id or digest. Containers use no others.',
    ),
    mounts: texts(
      'Directories of the host. Bind mounts of the request, and of volumes, come from these and below, or from no others.',
    ),
    devices: texts('Devices of the host that containers may get, by path. They get no others.'),
    capabilities: texts(
      'Capabilities that containers and execs may have, `CHOWN` or `CAP_CHOWN`. They have no others.',
    ),
    root: Type.Optional(
      Type.Unsafe<'never' | 'userns'>(
        Type.Union([Type.Literal('never'), Type.Literal('userns')], {
          description:
            '`never`: no command as user 0. `userns`: only in a user namespace of the container’s own.',
        }),
      ),
    ),
    limits: oneOf(limitNames, 'Limits that every container has, also after an update.'),
    except: Type.Optional(
      Type.Object(
        {
          uids: Type.Optional(Type.Array(Type.Integer({ minimum: 0 }))),
          gids: Type.Optional(Type.Array(Type.Integer({ minimum: 0 }))),
          certificates: Type.Optional(Type.Array(Type.String())),
        },
        {
          additionalProperties: false,
          description:
            'Callers that the rule does not bind: users and groups of the process at the Unix socket, common names of TLS certificates.',
        },
      ),
    ),
    hint: Type.Optional(Type.String({ description: 'What to do; shown with the refusal.' })),
  },
  { additionalProperties: false },
);
export type Rule = Static<typeof Rule>;

export const Options = Type.Object({ rules: Type.Array(Rule, { default: [] }) });
