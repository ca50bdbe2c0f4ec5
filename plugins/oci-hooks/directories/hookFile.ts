import { type OciHookKind, ociHookKinds, type Static, type TSchema, Type } from '../../../hooks/index.ts';

const may = Type.Optional;
const closed = <Fields extends Record<string, TSchema>>(fields: Fields, more: object = {}) =>
  Type.Object(fields, { additionalProperties: false, ...more });

/** Conditions, all of which must hold. */
const when = closed(
  {
    always: may(Type.Boolean()),
    /** Pattern of a key to a pattern of its value. */
    annotations: may(Type.Record(Type.String(), Type.String(), { minProperties: 1 })),
    /** Patterns, one of which must fit the program. */
    commands: may(Type.Array(Type.String(), { minItems: 1 })),
    hasBindMounts: may(Type.Boolean()),
  },
  { minProperties: 1 },
);
export type HookWhen = Static<typeof when>;

/** A hook file (oci-hooks(5), “1.0.0 Hook Schema”). */
export const hookFile = closed({
  version: Type.Literal('1.0.0'),
  hook: closed({
    path: Type.String({ pattern: '^/' }),
    args: may(Type.Array(Type.String())),
    env: may(Type.Array(Type.String({ pattern: '^[^=]+=' }))),
    timeout: may(Type.Integer({ minimum: 1 })),
  }),
  when,
  stages: Type.Array(Type.Unsafe<OciHookKind>({ type: 'string', enum: [...ociHookKinds] }), {
    minItems: 1,
  }),
});
export type HookFile = Static<typeof hookFile>;
