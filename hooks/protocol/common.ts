import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { closed, may, says } from '../schema.ts';

/** Of each request. */
export const id = Type.Integer({ minimum: 1, description: 'Number of the request.' });

/** What an error has beside its message. */
export const ErrorForm = closed(
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

/** Both sides write it. */
export const Drop = closed(
  { type: Type.Literal('drop'), on: Type.Integer() },
  { title: 'drop', description: 'A function or stream, by its number, is not used any more.' },
);
