/**
 * The protocol of plugins that are processes: one JSON object per line, requests on their stdin, messages on their
 * stdout. docs/reference/plugin-protocol.md is generated from these schemas.
 */
import type { Static, TSchema } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { phases } from './defineHook.ts';
import { closed, flag, map, may, says, text, texts, word } from './schema.ts';

/** Version of the protocol; it changes when a plugin of the previous version would not work. */
export const processProtocol = 1;

/** Bytes of one line, in both directions: as large as the largest draft. */
export const longestLine = 8 * 1024 * 1024;

/** Methods that a process may call, of the services that its manifest injects. They change nothing, and none waits. */
export const callableMethods = {
  config: ['get', 'originOf'],
  containers: ['list', 'inspect'],
  images: ['list', 'get'],
  volumes: ['list', 'inspect'],
} as const;
export type CallableService = keyof typeof callableMethods;

const serviceNames = Object.keys(callableMethods) as CallableService[];
const serviceMethods = serviceNames.flatMap((name) =>
  callableMethods[name].map((method) => `${name}.${method}` as const),
);

const id = Type.Integer({ minimum: 1, description: 'Number of the request.' });

/** Which containers a hook is called for. */
export const ContainerCondition = closed(
  {
    rich: may(
      Type.Union([flag, text], {
        description: 'Whether the container is rich, or the rich mode that it has.',
      }),
    ),
    runtime: may(says('Name of its runtime; it is final from `container.spec` on.')),
    label: may(says('`KEY` or `KEY=VALUE`; `*` in the value stands for any text.')),
    image: may(says('Pattern of the reference of its image; `*` stands for any text.')),
  },
  { title: 'Condition' },
);
export type ContainerCondition = Static<typeof ContainerCondition>;

const Tap = closed(
  {
    point: says('Name of the hook point.'),
    name: may(says('Distinguishes two taps of one point; the plugin’s name by default.')),
    phase: may(word(...phases)),
    before: may(
      Type.Array(text, { description: 'Plugins, or `plugin:tap`; a trailing `?` marks an optional one.' }),
    ),
    after: may(texts),
    overrides: may(Type.Array(text, { description: 'Plugins whose fields it may change.' })),
    timeoutMs: may(
      Type.Integer({ minimum: 1, description: 'Deadline of a call. Default: that of the point.' }),
    ),
    onError: may(
      Type.Union([word('fail', 'skip', 'degrade'), closed({ retry: Type.Integer({ minimum: 1 }) })], {
        description: 'What a failure means. Default: that of the point.',
      }),
    ),
    when: may(ContainerCondition),
  },
  { title: 'Tap' },
);

/** What a process declares about its plugin. */
export const ProcessManifest = closed(
  {
    protocol: Type.Literal(processProtocol, { description: 'Version of the protocol.' }),
    name: says('At most 63 lower-case letters, digits and `-`.'),
    version: may(text),
    doc: may(says('One sentence.')),
    options: may(
      Type.Unsafe<TSchema>(
        Type.Object(
          {},
          { description: 'JSON Schema of its options, `{"type": "object", …}`; without it, it takes none.' },
        ),
      ),
    ),
    inject: may(
      Type.Array(word(...serviceNames), {
        description: 'Services whose methods it calls while a hook is open.',
      }),
    ),
    hooks: Type.Array(Tap, { minItems: 1, description: 'The hook points that it taps.' }),
  },
  { title: 'Manifest' },
);
export type ProcessManifest = Static<typeof ProcessManifest>;

const DescribeRequest = closed(
  {
    type: Type.Literal('describe'),
    id,
    protocol: Type.Integer({ description: 'Version of the protocol that this Pouch speaks.' }),
    pouch: says('Version of Pouch.'),
  },
  { title: 'describe', description: 'Asks for the manifest. The process ends after its reply.' },
);

const HookRequest = closed(
  {
    type: Type.Literal('hook'),
    id,
    point: says('Name of the hook point.'),
    tap: says('Name of the tap: the plugin’s, unless the manifest gives it another.'),
    deadlineMs: Type.Integer({ description: 'Milliseconds for the reply.' }),
    options: Type.Unknown({ description: 'Options of the plugin in pouchd.yaml, checked, with defaults.' }),
    input: Type.Unknown({ description: 'Input of the hook point ([hook points](hooks.md)).' }),
  },
  { title: 'hook', description: 'Calls a tap.' },
);

const Cancel = closed(
  { type: Type.Literal('cancel'), id },
  {
    title: 'cancel',
    description:
      'The deadline of a hook has passed, or its operation has ended. The process still replies to the hook, with anything.',
  },
);

const CallResult = closed(
  {
    type: Type.Literal('result'),
    id: Type.Integer({ description: 'Number of the call.' }),
    result: may(Type.Unknown()),
    error: may(closed({ code: text, message: text })),
  },
  { title: 'result', description: 'The result of a `call` of the plugin, or its error.' },
);

/** What Pouch writes. */
export const ProcessRequest = Type.Union([DescribeRequest, HookRequest, Cancel, CallResult]);
export type ProcessRequest = Static<typeof ProcessRequest>;
export type HookRequest = Static<typeof HookRequest>;

const Operation = Type.Object(
  {
    op: word('add', 'remove', 'replace', 'move', 'copy', 'test'),
    path: says('JSON pointer (RFC 6901): `/labels/team`.'),
    from: may(text),
    value: may(Type.Unknown()),
  },
  { title: 'Operation', description: 'An operation of a JSON Patch (RFC 6902).' },
);

const Refusal = closed(
  {
    code: may(says('A code of [errors.md](errors.md). Default: `PCH_PLUGIN_FAILED`.')),
    message: says('What was expected, and what was found.'),
    hint: may(says('What the user can do.')),
    field: may(says('Field of the request at fault: `resources.memory`.')),
  },
  { title: 'Refusal' },
);

const Reply = closed(
  {
    type: Type.Literal('reply'),
    id,
    manifest: may(ProcessManifest),
    patch: may(Type.Array(Operation, { description: 'plan: changes of the draft.' })),
    draft: may(Type.Object({}, { additionalProperties: true, description: 'plan: the whole new draft.' })),
    result: may(Type.Unknown({ description: 'bail: the decision.' })),
    error: may(Refusal),
  },
  {
    title: 'reply',
    description:
      'The reply to a `describe` or a `hook`. It has at most one of the optional fields; without any, a tap has nothing to say.',
  },
);
export type ProcessReply = Static<typeof Reply>;

const Call = closed(
  {
    type: Type.Literal('call'),
    id: Type.Integer({ description: 'A number of the plugin’s choice.' }),
    hook: Type.Integer({ description: '`id` of the hook that it belongs to, which has no reply yet.' }),
    method: word('image.stat', ...serviceMethods),
    args: Type.Array(Type.Unknown()),
  },
  { title: 'call', description: 'Calls what the input of a hook has beside data, or a service.' },
);
export type ProcessCall = Static<typeof Call>;

const LogLine = closed(
  {
    type: Type.Literal('log'),
    hook: may(
      Type.Integer({
        description:
          '`id` of the hook that it belongs to. Default: the one without a reply, if only one has none.',
      }),
    ),
    level: word('debug', 'info', 'warn', 'error'),
    message: text,
    fields: may(map(Type.Unknown())),
  },
  { title: 'log', description: 'A line for the log of pouchd.' },
);

/** What the process of a plugin writes. */
export const ProcessMessage = Type.Union([Reply, Call, LogLine]);
export type ProcessMessage = Static<typeof ProcessMessage>;
