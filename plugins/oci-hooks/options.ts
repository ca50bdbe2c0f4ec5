import { ociHookKinds, type Static, Type } from '../../hooks/index.ts';

const when = Type.Object(
  {
    annotation: Type.Optional(Type.String({ minLength: 1, description: '`KEY`, or `KEY=VALUE`.' })),
    label: Type.Optional(Type.String({ minLength: 1, description: '`KEY`, or `KEY=VALUE`.' })),
    rich: Type.Optional(Type.Boolean()),
  },
  {
    additionalProperties: false,
    description: 'Conditions on a container, all of which must hold; without conditions: every container.',
  },
);
export type When = Static<typeof when>;

const hook = Type.Object(
  {
    kind: Type.Union(
      ociHookKinds.map((stage) => Type.Literal(stage)),
      { description: 'When and where the hook runs (OCI runtime spec, config.md, “POSIX-platform Hooks”).' },
    ),
    path: Type.String({
      pattern: '^/',
      description: 'Absolute path; for startContainer in the container, otherwise on the host.',
    }),
    args: Type.Optional(
      Type.Array(Type.String(), { description: 'Arguments, including argv[0], as in execv(3).' }),
    ),
    env: Type.Optional(Type.Array(Type.String({ pattern: '^[^=]+=' }))),
    timeout: Type.Optional(Type.Integer({ minimum: 1, description: 'Seconds.' })),
    when: Type.Optional(when),
  },
  { additionalProperties: false },
);

export const options = Type.Object({
  hooks: Type.Record(Type.String(), hook, { default: {}, description: 'Hooks by name.' }),
  directories: Type.Array(Type.String({ pattern: '^/' }), {
    default: [],
    readsFiles: true,
    description:
      'Directories of hook files as podman and CRI-O read them (oci-hooks(5)). A file of a later one replaces the file of the same name.',
  }),
});
