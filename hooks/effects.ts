import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { closed, map, may, says, text } from './schema.ts';

/**
 * Effects: everything that the apply half of an operation changes on the host.
 *
 * A plan lists effects as data; the ledger journals each before it is applied and undoes them, last first. Kinds
 * (effectKind.ts) are contributed by the core and by plugins.
 */

/** One planned effect: plain JSON, so that a plan can be printed, stored and replayed after a crash. */
export const Effect = closed({
  kind: says('Name of the kind that applies it.'),
  stage: Type.Unsafe<'create' | 'start'>(
    Type.Union([Type.Literal('create'), Type.Literal('start')], {
      description: 'When it is applied; it is undone at the removal or at the stop.',
    }),
  ),
  args: map(Type.Unknown()),
  needs: may(
    Type.Array(text, {
      description:
        'Keys of effects of the same or an earlier stage that are applied before it; others run side by side.',
    }),
  ),
  late: may(
    Type.Boolean({
      description:
        'It is applied while the runtime makes the container, before the init runs, as networks are: the runtime does not wait for it. For a virtual machine, which boots meanwhile, it is applied before.',
    }),
  ),
});
export type Effect<Args extends object = Record<string, unknown>> = Omit<Static<typeof Effect>, 'args'> & {
  args: Args;
};

/** When an effect is applied: once at create, or at each start. */
export type EffectStage = Effect['stage'];
