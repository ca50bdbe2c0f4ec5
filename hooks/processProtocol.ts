/**
 * The protocol of plugins that are processes: one JSON object per line, requests on their stdin, messages on their
 * stdout. docs/reference/plugin-protocol.md is generated from these schemas. Executables speak it, and the program
 * that hosts modules (core/plugins/host).
 */
import type { Static, TSchema } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { Caller } from './caller.ts';
import { phases } from './defineHook.ts';
import type { Profile } from './profile.ts';
import { closed, flag, map, may, says, text, texts, word } from './schema.ts';

/** Version of the protocol; it changes when a plugin of the previous version would not work. */
export const processProtocol = 1;

/** Bytes of one line, in both directions: as large as the largest draft. */
export const longestLine = 8 * 1024 * 1024;

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

/** An effect kind whose functions are in the process. */
const DeclaredEffect = closed(
  {
    kind: says('Name of the kind.'),
    volatile: may(
      Type.Literal(true, {
        description: 'It does not survive a reboot: its intent need not be on the disk before it is applied.',
      }),
    ),
    deadlineMs: may(Type.Integer({ minimum: 1, description: 'Of one apply or undo. Default: a minute.' })),
    check: may(Type.Literal(true, { description: 'It has a `check`, for `pouch plan`.' })),
    assume: may(
      Type.Literal(true, {
        description:
          'It has an `assume`: arguments for an undo where the records of a container are damaged.',
      }),
    ),
  },
  { title: 'EffectKind' },
);
export type DeclaredEffect = Static<typeof DeclaredEffect>;

/** Rights beyond the least, which the entry in pouchd.yaml grants. */
export const rightNames = ['secrets', 'network'] as const;
export type RightName = (typeof rightNames)[number];

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
      Type.Array(
        Type.Union([
          text,
          closed({
            service: text,
            range: may(says('Semantic versions that fit: `^1.2`.')),
            optional: may(Type.Literal(true)),
          }),
        ]),
        { description: 'Services whose methods it calls, of the engine or of other plugins.' },
      ),
    ),
    wants: may(
      Type.Array(word(...rightNames), {
        description: 'Rights that its entry in pouchd.yaml must grant: it is not loaded without them.',
      }),
    ),
    required: may(
      Type.Boolean({ description: 'No container is created while it is quarantined. Default: false.' }),
    ),
    check: may(Type.Literal(true, { description: 'It gets a `check` of its options before the `setup`.' })),
    hooks: may(Type.Array(Tap, { description: 'The hook points that it taps.' })),
    effects: may(Type.Array(DeclaredEffect, { description: 'The effect kinds that it provides.' })),
    setup: may(
      Type.Literal(true, {
        description:
          'It gets a `setup` before other requests, also after each restart, and a `dispose` at its end. The reply to `setup` has its taps ' +
          'and effect kinds; `hooks` then lists the points that it may tap, all if it is missing.',
      }),
    ),
  },
  { title: 'Manifest' },
);
export type ProcessManifest = Static<typeof ProcessManifest>;

/** What a plugin contributes in its setup. */
const Contributed = closed(
  {
    hooks: Type.Array(Tap),
    effects: Type.Array(DeclaredEffect),
    profiles: may(
      Type.Array(Type.Unsafe<Profile>(Type.Object({})), {
        description: '`Profile` of [profile.ts](../../hooks/profile.ts).',
      }),
    ),
  },
  { title: 'Contributions' },
);
export type Contributed = Static<typeof Contributed>;

/** What the host program of modules loads. */
const HostedModule = closed(
  {
    path: says('The file.'),
    code: says('Its text.'),
    owners: Type.Array(Type.Integer(), {
      description: 'Users to whom the files that it imports may belong.',
    }),
  },
  { title: 'Module', description: 'For the program of Pouch that hosts TypeScript and JavaScript.' },
);
export type HostedModule = Static<typeof HostedModule>;

const DescribeRequest = closed(
  {
    type: Type.Literal('describe'),
    id,
    protocol: Type.Integer({ description: 'Version of the protocol that this Pouch speaks.' }),
    pouch: says('Version of Pouch.'),
    module: may(HostedModule),
  },
  {
    title: 'describe',
    description: 'Asks for the manifest. The process of an executable ends after its reply.',
  },
);

const SetupRequest = closed(
  {
    type: Type.Literal('setup'),
    id,
    options: Type.Unknown({ description: 'Options of the plugin in pouchd.yaml, checked, with defaults.' }),
    host: Type.Unknown({ description: '`HostFacts` of [definePlugin.ts](../../hooks/definePlugin.ts).' }),
    services: Type.Record(Type.String(), Type.Array(Type.String()), {
      description:
        'Methods of the services of other plugins that it injects; one that is optional may be missing.',
    }),
  },
  {
    title: 'setup',
    description: 'Sets the plugin up, if its manifest has `setup`. The reply has `contributions`.',
  },
);

const CheckRequest = closed(
  { type: Type.Literal('check'), id, options: Type.Unknown() },
  {
    title: 'check',
    description:
      'Checks what the schema of the options cannot express. The reply has an `error`, or nothing. The `call` `locate` with a JSON pointer ' +
      'returns `FILE:LINE` of an option.',
  },
);

const HookRequest = closed(
  {
    type: Type.Literal('hook'),
    id,
    point: says('Name of the hook point.'),
    tap: says('Name of the tap: the plugin’s, unless the manifest gives it another.'),
    deadlineMs: Type.Integer({ description: 'Milliseconds for the reply.' }),
    options: may(
      Type.Unknown({
        description:
          'Options of the plugin in pouchd.yaml, checked, with defaults; a plugin with `setup` has them.',
      }),
    ),
    input: Type.Unknown({ description: 'Input of the hook point ([hook points](hooks.md)).' }),
    functions: may(
      Type.Array(text, {
        description: 'Paths of functions in the input, which its JSON lacks. Each is a method: `image.stat`.',
      }),
    ),
    caller: may(Caller),
  },
  { title: 'hook', description: 'Calls a tap.' },
);

export const effectActions = ['describe', 'check', 'apply', 'undo', 'assume'] as const;
export type EffectAction = (typeof effectActions)[number];

const EffectRequest = closed(
  {
    type: Type.Literal('effect'),
    id,
    kind: says('Name of the effect kind.'),
    action: word(...effectActions),
    deadlineMs: Type.Integer({ description: 'Milliseconds for the reply.' }),
    args: may(Type.Unknown({ description: 'Arguments of the effect; not for `assume`.' })),
    result: may(
      Type.Unknown({
        description:
          'undo: what `apply` returned; missing if it did not return, so that it may be applied in part.',
      }),
    ),
    container: may(says('apply and undo: full id of the container.')),
    key: may(says('apply and undo: key of the effect in the plan.')),
    draft: may(Type.Unknown({ description: 'check: the container as it is planned.' })),
    damaged: may(
      Type.Unknown({
        description: 'assume: `id` of the container and `netns`, the file of its network namespace.',
      }),
    ),
  },
  {
    title: 'effect',
    description:
      'Calls a function of an effect kind. The `result` of the reply is: describe, one sentence; apply, what the journal keeps for the undo; ' +
      'assume, arguments. `apply` may be repeated only after an `undo`, and `undo` succeeds for what was never applied, applied in part, or ' +
      'undone already. The `call` `resultOf` with a key returns the result of an effect that this one needs.',
  },
);

const InvokeRequest = closed(
  {
    type: Type.Literal('invoke'),
    id,
    on: Type.Integer({ description: 'Number that the plugin has given a function or stream.' }),
    method: says('As of values that JSON lacks, below.'),
    args: Type.Array(Type.Unknown()),
  },
  {
    title: 'invoke',
    description: 'Calls a function, or reads a stream, that the plugin has passed to a method.',
  },
);

const DisposeRequest = closed(
  { type: Type.Literal('dispose'), id },
  {
    title: 'dispose',
    description: 'The plugin is unloaded; nothing else is asked of it. Only for a manifest with `setup`.',
  },
);

/** What an error has beside its message. */
const ErrorForm = closed(
  {
    code: may(says('A code of [errors.md](errors.md). Default: `PCH_PLUGIN_FAILED`.')),
    message: says('What was expected, and what was found.'),
    hint: may(says('What the user can do.')),
    field: may(says('Field of the request at fault: `resources.memory`.')),
    container: may(says('Full id of the container that it is about.')),
    plugin: may(says('In results: the plugin at fault.')),
    hook: may(says('In results: the hook point at fault.')),
  },
  { title: 'Error' },
);
export type ErrorForm = Static<typeof ErrorForm>;

const Cancel = closed(
  { type: Type.Literal('cancel'), id, reason: may(ErrorForm) },
  {
    title: 'cancel',
    description:
      'The deadline of a request has passed, or its operation has ended. The process still replies to it, with anything.',
  },
);

const Drop = closed(
  { type: Type.Literal('drop'), on: Type.Integer() },
  { title: 'drop', description: 'A function or stream, by its number, is not used any more.' },
);

const CallResult = closed(
  {
    type: Type.Literal('result'),
    id: Type.Integer({ description: 'Number of the call.' }),
    result: may(Type.Unknown()),
    error: may(ErrorForm),
  },
  { title: 'result', description: 'The result of a `call` of the plugin, or its error.' },
);

/** What Pouch writes. */
export const ProcessRequest = Type.Union([
  DescribeRequest,
  CheckRequest,
  SetupRequest,
  HookRequest,
  EffectRequest,
  InvokeRequest,
  DisposeRequest,
  Cancel,
  CallResult,
  Drop,
]);
export type ProcessRequest = Static<typeof ProcessRequest>;
export type SetupRequest = Static<typeof SetupRequest>;
export type HookRequest = Static<typeof HookRequest>;
export type EffectRequest = Static<typeof EffectRequest>;
export type InvokeRequest = Static<typeof InvokeRequest>;

const Operation = Type.Object(
  {
    op: word('add', 'remove', 'replace', 'move', 'copy', 'test'),
    path: says('JSON pointer (RFC 6901): `/labels/team`.'),
    from: may(text),
    value: may(Type.Unknown()),
  },
  { title: 'Operation', description: 'An operation of a JSON Patch (RFC 6902).' },
);

const Reply = closed(
  {
    type: Type.Literal('reply'),
    id,
    manifest: may(ProcessManifest),
    contributions: may(Contributed),
    patch: may(Type.Array(Operation, { description: 'plan: changes of the draft.' })),
    draft: may(Type.Object({}, { additionalProperties: true, description: 'plan: the whole new draft.' })),
    result: may(Type.Unknown({ description: 'bail: the decision. Result of an effect or of a function.' })),
    error: may(ErrorForm),
  },
  {
    title: 'reply',
    description:
      'The reply to a request. It has at most one of the optional fields; without any, a tap has nothing to say.',
  },
);
export type ProcessReply = Static<typeof Reply>;

const Call = closed(
  {
    type: Type.Literal('call'),
    id: Type.Integer({ description: 'A number of the plugin’s choice.' }),
    hook: may(
      Type.Integer({
        description:
          '`id` of the request that it belongs to, which has no reply yet. Missing: of none; a service only.',
      }),
    ),
    on: may(
      Type.Integer({ description: 'Number of a function or stream in the result of an earlier call.' }),
    ),
    method: says('`SERVICE.METHOD`, one of the `functions` of a hook, or a method of `on`.'),
    args: Type.Array(Type.Unknown()),
    sync: may(
      Type.Literal(true, {
        description: 'Only of the program that hosts modules: the result comes on descriptor 3.',
      }),
    ),
  },
  { title: 'call', description: 'Calls what the input of a hook has beside data, or a service.' },
);
export type ProcessCall = Static<typeof Call>;

const Abort = closed(
  {
    type: Type.Literal('abort'),
    on: Type.Integer({ description: 'Number that the plugin has given a signal.' }),
  },
  { title: 'abort', description: 'A signal that the plugin has passed to a method aborts.' },
);

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
export const ProcessMessage = Type.Union([Reply, Call, Abort, Drop, LogLine]);
export type ProcessMessage = Static<typeof ProcessMessage>;
