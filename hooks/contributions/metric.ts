/** Metrics of one plugin. */
export const mostMetrics = 50;

/** Combinations of labels of one metric, and of all metrics of one plugin. */
export const mostCombinations = 1000;
export const mostOfPlugin = 5000;

/** Labels of one metric, and characters of a value. */
export const mostLabels = 8;
export const longestLabelValue = 200;

/** A counter or gauge of the plugin, at `GET /pouch/metrics` as `pouch_plugin_NAME_…`, NAME being the plugin's. */
export interface MetricDeclaration {
  /** `lookups_total`: at most 100 lower-case letters, digits and `_`, the first a letter. */
  name: string;
  /** One sentence. */
  doc: string;
  type: 'counter' | 'gauge';
  /**
   * Names of its labels, at most 8. A metric has at most 1000 combinations of values, and those of a plugin 5000
   * together; others are dropped and logged once.
   */
  labels?: readonly string[];
}

/** Values of labels by their names, of at most 200 characters. */
export type MetricLabels = Readonly<Record<string, string>>;

/** A metric of a plugin, in the Prometheus metrics of pouchd. */
export interface Metric {
  /** Adds to it, 1 if nothing is given. */
  add(amount?: number, labels?: MetricLabels): void;
  /** Sets a gauge to a finite number; a counter only grows. @throws PCH_PLUGIN_CONTRACT for a counter */
  set(value: number, labels?: MetricLabels): void;
  /** Forgets the value of a gauge with these labels, or all its values. @throws PCH_PLUGIN_CONTRACT for a counter */
  clear(labels?: MetricLabels): void;
}

/** What is wrong with a declaration; undefined if it is valid. */
export function metricProblem({ name, doc, type, labels = [] }: MetricDeclaration): string | undefined {
  if (!Array.isArray(labels) || labels.length > mostLabels)
    return `\`labels\` must be a list of at most ${mostLabels} names`;
  const bad = [name, ...(labels as unknown[])].find((word) => !isName(word));
  if (bad !== undefined)
    return `invalid name ${JSON.stringify(bad)}: use at most 100 lower-case letters, digits and "_", the first a letter`;
  if (new Set(labels).size < labels.length) return '`labels` has one name twice';
  if (!/^[^\p{Cc}]{1,300}$/u.test(doc)) return '`doc` must have 1 to 300 characters, on one line';
  return ['counter', 'gauge'].includes(type) ? undefined : '`type` must be counter or gauge';
}

function isName(word: unknown): boolean {
  return typeof word === 'string' && /^[a-z][a-z0-9_]{0,99}$/.test(word);
}
