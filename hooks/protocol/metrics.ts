/** Metrics of a plugin in a process: pouchd holds their values, and the process reports what changes them. */
import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { closed, map, may, says, text, word } from '../schema.ts';

/** A metric, as data. */
export const DeclaredMetric = closed(
  {
    name: says('`lookups_total`: at most 100 lower-case letters, digits and `_`, the first a letter.'),
    doc: says('One sentence.'),
    type: Type.Unsafe<'counter' | 'gauge'>({ ...word('counter', 'gauge') }),
    labels: may(Type.Array(text, { description: 'Names of its labels, at most 8.' })),
  },
  { title: 'Metric' },
);
export type DeclaredMetric = Static<typeof DeclaredMetric>;

/** What a process reports about a metric. */
export const MetricReport = closed(
  {
    type: Type.Literal('metric'),
    name: says('Of the metric, as it is declared.'),
    add: may(Type.Number({ description: 'Adds to it; a counter takes no negative number.' })),
    set: may(Type.Number({ description: 'Sets a gauge.' })),
    clear: may(
      Type.Literal(true, { description: 'Forgets the value of a gauge; without labels, all values.' }),
    ),
    labels: may(map(text, 'Values of its labels; one that is missing is empty.')),
  },
  {
    title: 'metric',
    description:
      'Changes a metric that the plugin declares, by one of `add`, `set` and `clear`. It has no reply; what does not fit the declaration is ' +
      'dropped, and logged.',
  },
);
export type MetricReport = Static<typeof MetricReport>;
