/** Schema of a CDI specification; its messages name the field. */
import { ociHookKinds, Type, type TSchema } from '../../hooks/index.ts';

const may = Type.Optional;
const text = Type.String({ minLength: 1 });
const texts = may(Type.Array(Type.String()));
const integer = may(Type.Integer());
const annotations = may(Type.Record(Type.String(), Type.String()));
const closed = (fields: Record<string, TSchema>) => Type.Object(fields, { additionalProperties: false });

const deviceNode = closed({
  path: text,
  hostPath: may(text),
  type: may(Type.String({ pattern: '^[bcpu]?$' })),
  major: integer,
  minor: integer,
  fileMode: integer,
  permissions: may(Type.String({ pattern: '^[rwm]{0,3}$' })),
  uid: integer,
  gid: integer,
});

const mount = closed({ hostPath: text, containerPath: text, options: texts, type: may(text) });

const hook = closed({
  hookName: Type.Union(ociHookKinds.map((kind) => Type.Literal(kind))),
  path: Type.String({ pattern: '^/' }),
  args: texts,
  env: texts,
  timeout: integer,
});

const rdt = closed({
  closID: may(text),
  l3CacheSchema: may(text),
  memBwSchema: may(text),
  enableCMT: may(Type.Boolean()),
  enableMBM: may(Type.Boolean()),
});

const edits = closed({
  env: may(Type.Array(Type.String({ pattern: '^[^=]+=' }))),
  deviceNodes: may(Type.Array(deviceNode)),
  mounts: may(Type.Array(mount)),
  hooks: may(Type.Array(hook)),
  additionalGids: may(Type.Array(Type.Integer({ minimum: 0 }))),
  intelRdt: may(rdt),
});

export const cdiSpec = closed({
  cdiVersion: text,
  kind: Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_.-]*/[A-Za-z][A-Za-z0-9_.-]*$' }),
  annotations,
  devices: Type.Array(
    closed({
      name: Type.String({ pattern: '^[A-Za-z0-9]([A-Za-z0-9_.:-]*[A-Za-z0-9])?$' }),
      annotations,
      containerEdits: edits,
    }),
  ),
  containerEdits: may(edits),
});
