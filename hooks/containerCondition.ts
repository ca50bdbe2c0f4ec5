import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { closed, flag, may, says, text } from './schema.ts';

/** Which containers a tap is called for: those that every given field fits. */
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
