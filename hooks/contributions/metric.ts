/** A counter or gauge of the plugin, at `GET /pouch/metrics` as `pouch_plugin_NAME_…`, NAME being the plugin's. */
export interface MetricDeclaration {
  /** `lookups_total`: lower-case letters, digits and `_`, the first a letter. */
  name: string;
  /** One sentence. */
  doc: string;
  type: 'counter' | 'gauge';
  /** Names of its labels. A metric has at most 1000 combinations of values; others are dropped and logged once. */
  labels?: readonly string[];
}

/** Values of labels by their names. */
export type MetricLabels = Readonly<Record<string, string>>;

/** A metric of a plugin, in the Prometheus metrics of pouchd. */
export interface Metric {
  /** Adds to it, 1 if nothing is given. */
  add(amount?: number, labels?: MetricLabels): void;
  /** Sets a gauge; a counter only grows. @throws PCH_PLUGIN_CONTRACT for a counter */
  set(value: number, labels?: MetricLabels): void;
}
