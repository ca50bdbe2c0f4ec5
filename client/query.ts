/** Parameters after the `?`: undefined ones are omitted, booleans are 1 or 0, objects are JSON. */
export type Query = Record<string, string | number | boolean | object | undefined>;

/** Appends the parameters: `/path?a=1`; the path alone if none is set. */
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

/** Values by name of a filter. */
export type Filters = Record<string, string[]>;

/** Docker's `filters` parameter; undefined without filters. */
export function filtersQuery(filters: Filters | undefined): object | undefined {
  return filters && Object.keys(filters).length > 0 ? filters : undefined;
}
