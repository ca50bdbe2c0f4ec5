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
    description: 'What must hold of a container, all of it; without it: of every one.',
  },
);

const hook = Type.Object(
  {
    kind: Type.Union(
      kinds.map((kind) => Type.Literal(kind)),
      { description: 'When it runs and where (OCI runtime spec, config.md, “POSIX-platform Hooks”).' },
    ),
    path: Type.String({
      pattern: '^/',
      description: 'Absolute; startContainer: in the container, else on the host.',
    }),
    args: Type.Optional(
      Type.Array(Type.String(), { description: 'With the program’s own name first, as of execv(3).' }),
    ),
    env: Type.Optional(Type.Array(Type.String({ pattern: '^[^=]+=' }))),
    timeout: Type.Optional(Type.Integer({ minimum: 1, description: 'Seconds.' })),
    when: Type.Optional(when),
  },
  { additionalProperties: false },
);

const options = Type.Object({
  hooks: Type.Record(Type.String(), hook, { default: {}, description: 'By a name of your choice.' }),
});

/** OCI hooks for containers, from pouchd.yaml: the runtime runs them, and gives each the container's state on stdin. */
export default definePlugin({
  name: 'oci-hooks',
  version: '0.1.0',
  doc: 'OCI hooks from pouchd.yaml for every container, or for those with an annotation or a label.',
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
