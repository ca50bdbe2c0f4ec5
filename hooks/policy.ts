import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { Caller } from './caller.ts';
import { ContainerDraft } from './draft.ts';
import type { OciSpec } from './oci.ts';
import { closed, may, says } from './schema.ts';

/** A container as it is going to be, after every other tap. */
export const ValidateInput = closed(
  {
    draft: ContainerDraft,
    spec: Type.Unsafe<OciSpec>(
      Type.Object(
        {},
        { description: 'The OCI runtime spec (runtime-spec, config.md) that the runtime gets.' },
      ),
    ),
    caller: Caller,
  },
  { title: 'ValidateInput' },
);
export type ValidateInput = Static<typeof ValidateInput>;

/** Why a container is refused. */
export const Refusal = closed(
  {
    rule: says('Name of the rule.'),
    message: says('What was expected, and what was found.'),
    hint: may(says('What to change.')),
  },
  { title: 'Refusal' },
);
export type Refusal = Static<typeof Refusal>;
