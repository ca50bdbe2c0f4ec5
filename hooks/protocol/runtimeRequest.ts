/** Calls of the functions of runtimes. */
import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import type { ContainerDraft } from '../draft.ts';
import { closed, may, says, text, word } from '../schema.ts';
import { id } from './common.ts';

export const runtimeActions = ['probe', 'options', 'adaptSpec'] as const;
export type RuntimeAction = (typeof runtimeActions)[number];

export const RuntimeRequest = closed(
  {
    type: Type.Literal('runtime'),
    id,
    runtime: says('Name of the runtime.'),
    action: word(...runtimeActions),
    deadlineMs: Type.Integer({ description: 'Milliseconds for the reply.' }),
    found: may(
      closed(
        { path: text, version: says('Of the program; empty for a shim.') },
        { description: 'probe: the program on this host.' },
      ),
    ),
    draft: may(
      Type.Unsafe<ContainerDraft>(
        Type.Object({}, { description: 'options, adaptSpec: of the container ([hook points](hooks.md)).' }),
      ),
    ),
    functions: may(
      Type.Array(text, {
        description: 'Paths of functions in the draft, which are methods: `draft.image.stat`.',
      }),
    ),
  },
  {
    title: 'runtime',
    description:
      'Calls a function of a runtime. The reply has: probe, the `result` `{"problem"?, "limits"?, "findings"?}` of ' +
      '[runtime.ts](../../hooks/runtime.ts), nothing if all is well; options, the `result` `{"config"?}`; adaptSpec, a `patch` of the draft or the ' +
      'whole `draft`, as of a plan hook, and `warnings`. What adaptSpec may change is in [the guide](../guides/runtimes.md#from-a-plugin).',
  },
);
export type RuntimeRequest = Static<typeof RuntimeRequest>;
