import { definePlugin, Type, type ContainerDraft } from '../../hooks/index.ts';

const kinds = [
  'prestart',
  'createRuntime',
  'createContainer',
  'startContainer',
  'poststart',
  'poststop',
] as const;

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

const hook = Type.Object(
  {
    kind: Type.Union(
      kinds.map((kind) => Type.Literal(kind)),
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

const options = Type.Object({
  hooks: Type.Record(Type.String(), hook, { default: {}, description: 'Hooks by name.' }),
});

/** Adds OCI hooks from pouchd.yaml to containers. The runtime runs them with the container's state on stdin. */
export default definePlugin({
  name: 'oci-hooks',
  version: '0.1.0',
  doc: 'Adds OCI hooks from pouchd.yaml to every container, or to those with an annotation or a label.',
  options,
  setup({ hooks, options: { hooks: given } }) {
    hooks.container.spec.tap((draft) => {
      for (const [name, { when: condition = {}, ...one }] of Object.entries(given))
        if (holds(draft, condition)) draft.ociHooks[name] = one;
    });
  },
});

function holds(
  draft: ContainerDraft,
  { annotation, label, rich }: { annotation?: string; label?: string; rich?: boolean },
): boolean {
  return (
    (annotation === undefined || has(draft.annotations, annotation)) &&
    (label === undefined || has(draft.labels, label)) &&
    (rich === undefined || draft.rich.enabled === rich)
  );
}

function has(all: Record<string, string>, wanted: string): boolean {
  const at = wanted.indexOf('=');
  const value = all[at < 0 ? wanted : wanted.slice(0, at)];
  return value !== undefined && (at < 0 || value === wanted.slice(at + 1));
}
