/** Doctor checks whose functions are in the process of a plugin. */
import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { mostCheckMs } from '../contributions/doctorCheck.ts';
import { closed, may, says } from '../schema.ts';
import { id } from './common.ts';

/** A doctor check whose function is in the process. */
export const DeclaredDoctorCheck = closed(
  {
    name: says('What it looks at: `licence server`. Unique within the plugin, on one line.'),
    deadlineMs: may(
      Type.Integer({
        minimum: 1,
        maximum: mostCheckMs,
        description: 'Of a `doctor` request, at most a minute. Default: 5 s.',
      }),
    ),
  },
  { title: 'DoctorCheck' },
);
export type DeclaredDoctorCheck = Static<typeof DeclaredDoctorCheck>;

export const DoctorRequest = closed(
  {
    type: Type.Literal('doctor'),
    id,
    check: says('Name of the doctor check.'),
    deadlineMs: Type.Integer({ description: 'Milliseconds for the reply.' }),
  },
  {
    title: 'doctor',
    description:
      'Runs a check of `pouch doctor`. The `result` of the reply is `{"ok": BOOLEAN, "found": TEXT, "fix"?: TEXT}`; an `error` is a problem ' +
      'that was found. A check changes nothing.',
  },
);
export type DoctorRequest = Static<typeof DoctorRequest>;
