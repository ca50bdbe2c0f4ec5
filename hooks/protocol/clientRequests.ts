/** Calls of what a plugin has for clients: verbs and routes. */
import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { Caller } from '../caller.ts';
import { closed, map, may, says, text } from '../schema.ts';
import { id } from './common.ts';

export const VerbRequest = closed(
  {
    type: Type.Literal('verb'),
    id,
    verb: says('Name of the verb.'),
    deadlineMs: Type.Integer({ description: 'Milliseconds for the reply.' }),
    args: map(Type.Unknown(), 'Checked against its `args`, with defaults.'),
    options: map(Type.Unknown(), 'Checked against its `options`, with defaults.'),
    caller: may(Caller),
  },
  {
    title: 'verb',
    description:
      'Runs a verb. The `call` `out` writes its argument, a text, to the stdout of the client, and `err` to its stderr: `{"type": "call", ' +
      '"id": 1, "hook": ID, "method": "out", "args": ["hello\\n"]}`. The `result` of a call comes when the client has taken the text; it is ' +
      'an error once the client has left. The `result` of the reply is the exit code, 0 to 125; without it, 0.',
  },
);
export type VerbRequest = Static<typeof VerbRequest>;

export const RouteRequest = closed(
  {
    type: Type.Literal('route'),
    id,
    method: says('Of the route.'),
    path: says('Of the route, as it is declared: `/users/:name`.'),
    deadlineMs: Type.Integer({ description: 'Milliseconds for the reply.' }),
    params: map(text, 'Parameters of the path, decoded.'),
    query: map(text, 'Of the URL.'),
    body: may(Type.Unknown({ description: 'JSON, checked against its `body`, with defaults.' })),
    caller: may(Caller),
  },
  {
    title: 'route',
    description:
      'Handles a request to a route. The `result` of the reply is `RouteReply` of [route.ts](../../hooks/contributions/route.ts): ' +
      '`{"status"?, "headers"?, "json"?}` or `{"status"?, "headers"?, "text", "type"?}`; without it, the status is 204. An `error` is a ' +
      'response with the status of its code. To stream, the `call` `stream` with `{"status"?, "headers"?, "type"?}` begins the response, and ' +
      '`write` adds its argument to the body, a text or `{"$bytes": BASE64}`; the `result` of a `write` comes when the client has taken it. The reply ' +
      'then has no `result`.',
  },
);
export type RouteRequest = Static<typeof RouteRequest>;
