import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { closed, map, may, says, text, word } from '../schema.ts';
import { Drop, ErrorForm, id } from './common.ts';
import { Contributed, ProcessManifest } from './manifest.ts';
import { MetricReport } from './metrics.ts';

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
    result: may(
      Type.Unknown({
        description:
          'bail: the decision. verb: the exit code. route: the response. Result of an effect or of a function.',
      }),
    ),
    warnings: may(Type.Array(text, { description: 'adaptSpec: what it has left out, for the user.' })),
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
    method: says(
      '`SERVICE.METHOD`, one of the `functions` of a hook, `out` or `err` of a verb, `stream` or `write` of a route, or a method of `on`.',
    ),
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
export const ProcessMessage = Type.Union([Reply, Call, Abort, Drop, LogLine, MetricReport]);
export type ProcessMessage = Static<typeof ProcessMessage>;
