/** What the taps of plugins did in the life of a container. */
import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { closed, integer, map, may, says, text, word } from './schema.ts';

const TimelineLine = closed({
  level: word('debug', 'info', 'warn', 'error'),
  message: text,
  fields: may(map(Type.Unknown())),
});

/** Schema of one call of a tap in a container's timeline. */
export const TimelineTap = closed({
  hook: text,
  plugin: text,
  tap: says('The plugin’s name, or `PLUGIN:TAP`.'),
  offsetMs: Type.Number({ description: 'Milliseconds from the begin of the operation.' }),
  ms: Type.Number({ description: 'Milliseconds of all attempts together.' }),
  attempts: Type.Integer({ description: '0: not called, its circuit breaker is open.' }),
  outcome: word('ok', 'failed', 'skipped', 'degraded', 'open'),
  error: may(says('Why it failed.')),
  log: Type.Array(TimelineLine, { description: 'What it logged, the first lines.' }),
  logLeftOut: integer,
  changes: Type.Array(text, { description: 'Fields of the draft that it changed, the first of them.' }),
  changesLeftOut: integer,
});

/** One call of a tap in a container's timeline. */
export type TimelineTap = Static<typeof TimelineTap>;

/** One operation on a container, with the taps that it called in the order of their begin. */
export const TimelineOperation = closed({
  verb: says('`create`, `start`, `stop`, `clean up` and others.'),
  at: says('When it began: RFC 3339.'),
  ms: Type.Number({ description: 'Milliseconds that it took, or takes so far.' }),
  running: may(Type.Literal(true)),
  taps: Type.Array(TimelineTap),
});
export type TimelineOperation = Static<typeof TimelineOperation>;
