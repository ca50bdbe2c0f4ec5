/** Parameters after the `?`: undefined ones are left out, booleans are 1 or 0, objects are JSON. */
export type Query = Record<string, string | number | boolean | object | undefined>;

/** `/path?a=1`, with a leading `?` only when something is set. */
export function withQuery(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, queryValue(value));
  }
  const text = parameters.toString();
  return text ? `${path}?${text}` : path;
}

function queryValue(value: string | number | boolean | object): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Docker's `filters` parameter; undefined when there are none. */
export type Filters = Record<string, string[]>;

export function filtersQuery(filters: Filters | undefined): object | undefined {
  return filters && Object.keys(filters).length > 0 ? filters : undefined;
}
