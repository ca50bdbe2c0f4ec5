/** What a process declares of each thing that it contributes; the functions stay in it. */
import type { Static, TObject, TSchema } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { ContainerCondition } from '../containerCondition.ts';
import { phases } from '../defineHook.ts';
import { closed, map, may, says, text, texts, word } from '../schema.ts';

/** A tap whose function is in the process. */
export const Tap = closed(
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
export const DeclaredEffect = closed(
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

const isThere = (description: string) => may(Type.Literal(true, { description }));
const objectSchema = (description: string) =>
  may(Type.Unsafe<TObject>(Type.Object({}, { description: `JSON Schema ${description}` })));
const driverOptions = objectSchema('of its options, `{"type": "object", …}`.');

/** A volume driver whose functions are in the process. */
export const DeclaredVolumeDriver = closed(
  {
    name: says('What users write for `volume create -d`.'),
    doc: says('One sentence.'),
    options: driverOptions,
    deadlineMs: may(
      Type.Integer({ minimum: 1, description: 'Of a `create` or `remove`. Default: a minute.' }),
    ),
    check: isThere('It has a `check` of its options.'),
    effects: isThere('It has `effects`.'),
    create: isThere('It has a `create`; then it needs `remove`.'),
    remove: isThere('It has a `remove`.'),
    status: isThere('It has a `status`.'),
  },
  { title: 'VolumeDriver' },
);
export type DeclaredVolumeDriver = Static<typeof DeclaredVolumeDriver>;

/** A log driver whose functions are in the process. */
export const DeclaredLogDriver = closed(
  {
    name: says('What `log.driver` of a request names.'),
    doc: says('One sentence.'),
    options: driverOptions,
    defaults: may(
      Type.Record(Type.String(), Type.String(), {
        description: 'Defaults of the options of the log itself, such as `max-size`.',
      }),
    ),
    deadlineMs: may(Type.Integer({ minimum: 1, description: 'Of a `write`. Default: 10 s.' })),
    keepsLog: may(Type.Boolean({ description: 'false: the output is not logged. Default: true.' })),
    check: isThere('It has a `check` of its options.'),
    write: isThere('It has a `write`: it delivers lines.'),
  },
  { title: 'LogDriver' },
);
export type DeclaredLogDriver = Static<typeof DeclaredLogDriver>;

/** An image source whose functions are in the process. */
export const DeclaredImageSource = closed(
  {
    name: says('Unique on the host.'),
    doc: says('One sentence.'),
    references: Type.Array(text, {
      description: 'Patterns of the full references that it is asked for; `*` stands for any text.',
    }),
    deadlineMs: may(
      Type.Integer({ minimum: 1, description: 'Of a call, and of each chunk of a stream. Default: 30 s.' }),
    ),
  },
  { title: 'ImageSource' },
);
export type DeclaredImageSource = Static<typeof DeclaredImageSource>;

/** A runtime whose program pouchd starts, and whose functions are in the process. */
export const DeclaredRuntime = closed(
  {
    name: says('What `runtime` of a request names: at most 63 lower-case letters, digits, `_`, `.` and `-`.'),
    aliases: may(texts),
    doc: may(says('One sentence.')),
    isolation: may(
      Type.Unsafe<'namespaces' | 'vm'>({
        ...word('namespaces', 'vm'),
        description: '`vm`: processes and files of containers are not the host’s. Default: `namespaces`.',
      }),
    ),
    binary: may(says('Absolute path of a program with runc’s command line. Either this or `shim`.')),
    shim: may(says('containerd’s type of its shim: `io.containerd.runsc.v1`.')),
    config: may(says('`shim`: absolute path of its configuration file.')),
    typeUrl: may(says('`shim`: the options message that it expects.')),
    lacks: may(
      map(
        text,
        'Reasons by [feature](runtimes.md#features). A shim lacks `rdt`, `checkpoint` and `sharedMachine` too.',
      ),
    ),
    probe: isThere('It has a `probe`.'),
    options: isThere('It has `options` for its `shim`.'),
    adaptSpec: isThere('It has an `adaptSpec`.'),
  },
  { title: 'Runtime' },
);
export type DeclaredRuntime = Static<typeof DeclaredRuntime>;

/** A network driver whose functions are in the process. */
export const DeclaredNetworkDriver = closed(
  {
    name: says('Name of the driver, for `network.networks` of pouchd.yaml.'),
    doc: says('One sentence.'),
    options: driverOptions,
    namespace: may(
      Type.Unsafe<'own' | 'host'>({
        ...word('own', 'host'),
        description: '`host`: containers are in the network of the host. Default: `own`.',
      }),
    ),
    ports: may(Type.Boolean({ description: 'It publishes ports.' })),
    check: isThere('It has a `check` of its options.'),
    attach: isThere('It has an `attach`.'),
  },
  { title: 'NetworkDriver' },
);
export type DeclaredNetworkDriver = Static<typeof DeclaredNetworkDriver>;

/** A console page whose function is in the process. */
export const DeclaredPage = closed(
  {
    name: says('Unique within the plugin: at most 63 lower-case letters, digits and `-`.'),
    title: says('Of the page and of the link to it.'),
    doc: says('One sentence.'),
    listed: may(Type.Boolean({ description: 'false: only links of other pages lead to it. Default: true.' })),
    deadlineMs: may(
      Type.Integer({ minimum: 1, description: 'Of a `page` request, at most 10 s. Default: 2 s.' }),
    ),
  },
  { title: 'Page' },
);
export type DeclaredPage = Static<typeof DeclaredPage>;

/** A verb whose function is in the process. */
export const DeclaredVerb = closed(
  {
    name: says('What users write after `pouch`: at most 30 lower-case letters, digits and `-`.'),
    doc: says('One line of at most 200 characters, for the help of `pouch`.'),
    args: objectSchema(
      'of its arguments, in their order: `{"type": "object", "properties": …, "required": …}`.',
    ),
    options: objectSchema('of its options, in the same form.'),
    deadlineMs: may(Type.Integer({ minimum: 1, description: 'Of a `verb` request. Default: a minute.' })),
  },
  { title: 'Verb' },
);
export type DeclaredVerb = Static<typeof DeclaredVerb>;

/** A route whose function is in the process. */
export const DeclaredRoute = closed(
  {
    method: word('GET', 'POST', 'PUT', 'DELETE'),
    path: says('Below `/plugins/NAME`: `/users/:name`; a segment that begins with `:` is a parameter.'),
    body: may(
      Type.Unsafe<TSchema>(
        Type.Object({}, { description: 'JSON Schema of the body; without it, a request has none.' }),
      ),
    ),
    deadlineMs: may(Type.Integer({ minimum: 1, description: 'Of a `route` request. Default: 30 s.' })),
  },
  { title: 'Route' },
);
export type DeclaredRoute = Static<typeof DeclaredRoute>;
