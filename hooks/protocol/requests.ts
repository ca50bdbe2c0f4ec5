import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { Caller } from '../caller.ts';
import { closed, map, may, says, text, word } from '../schema.ts';
import { RouteRequest, VerbRequest } from './clientRequests.ts';
import { Drop, ErrorForm, id } from './common.ts';
import {
  ImageSourceRequest,
  LogDriverRequest,
  NetworkDriverRequest,
  VolumeDriverRequest,
} from './driverRequests.ts';
import { DoctorRequest } from './doctor.ts';
import { RuntimeRequest } from './runtimeRequest.ts';
import { ServiceRequest } from './services.ts';

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

const PageRequest = closed(
  {
    type: Type.Literal('page'),
    id,
    page: says('Name of the page.'),
    deadlineMs: Type.Integer({ description: 'Milliseconds for the reply.' }),
    query: map(text, 'Of the link that leads to the page.'),
  },
  {
    title: 'page',
    description:
      'Renders a console page. The `result` of the reply is `PageContent` of [page.ts](../../hooks/contributions/page.ts): ' +
      '`{"title"?, "blocks": [...]}` ([blocks](../guides/console.md#blocks)).',
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

const Cancel = closed(
  { type: Type.Literal('cancel'), id, reason: may(ErrorForm) },
  {
    title: 'cancel',
    description:
      'The deadline of a request has passed, or its operation has ended. The process still replies to it, with anything.',
  },
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
  RuntimeRequest,
  VolumeDriverRequest,
  NetworkDriverRequest,
  LogDriverRequest,
  ImageSourceRequest,
  PageRequest,
  RouteRequest,
  VerbRequest,
  DoctorRequest,
  ServiceRequest,
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
export type PageRequest = Static<typeof PageRequest>;
export type InvokeRequest = Static<typeof InvokeRequest>;
