/** Services that the process of a plugin provides to other plugins. */
import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { closed, map, may, says, text } from '../schema.ts';
import { id } from './common.ts';

/** Names of methods that a process can provide. What has a `then` would be taken for a promise. */
export const providedMethod = '^(?!(then|constructor)$)[A-Za-z][A-Za-z0-9_]{0,62}$';

/** Milliseconds that a call of a method may be given. */
export const mostServiceMs = 60 * 60_000;

/** A service whose methods are in the process. */
export const DeclaredService = closed(
  {
    service: says(
      'Its name, which begins with that of the plugin: `directory.users`. Its version is that of the plugin.',
    ),
    methods: may(
      Type.Array(Type.String({ pattern: providedMethod }), {
        uniqueItems: true,
        maxItems: 100,
        description: 'Names of its methods. With a `setup`, those in the reply to it count.',
      }),
    ),
    deadlinesMs: may(
      map(
        Type.Integer({ minimum: 1, maximum: mostServiceMs }),
        'Milliseconds of calls by method, at most an hour. Default: 10 s.',
      ),
    ),
  },
  { title: 'Service' },
);
export type DeclaredService = Static<typeof DeclaredService>;

export const ServiceRequest = closed(
  {
    type: Type.Literal('service'),
    id,
    service: says('Name of the service.'),
    method: text,
    deadlineMs: Type.Integer({ description: 'Milliseconds for the reply.' }),
    args: Type.Array(Type.Unknown()),
  },
  {
    title: 'service',
    description:
      'Calls a method of a service that the plugin provides, for another plugin. Arguments and the `result` of the reply are JSON. A call is ' +
      'not repeated.',
  },
);
export type ServiceRequest = Static<typeof ServiceRequest>;
