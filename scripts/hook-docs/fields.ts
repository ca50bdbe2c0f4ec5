import type { TSchema } from '@sinclair/typebox';

/** A row of a table of fields. */
export interface FieldRow {
  /** `process.env.*`; a `?` marks an optional field. */
  readonly path: string;
  readonly form: string;
  readonly description: string;
}

/** Returns the fields of a schema and of nested objects; a nested schema with a title is only linked. */
export function fieldsOf(schema: TSchema, prefix = ''): FieldRow[] {
  const required = new Set(schema.required as string[] | undefined);
  return Object.entries((schema.properties ?? {}) as Record<string, TSchema>).flatMap(([name, field]) => [
    row(`${prefix}${name}`, field, required.has(name)),
    ...below(`${prefix}${name}`, field),
  ]);
}

function row(path: string, field: TSchema, required: boolean): FieldRow {
  return { path: required ? path : `${path}?`, form: formOf(field), description: field.description ?? '' };
}

function below(path: string, field: TSchema): FieldRow[] {
  if (field.title !== undefined) return [];
  const value = mapValue(field);
  if (value) return fieldsOf(value, `${path}.*.`);
  const items = field.items as TSchema | undefined;
  if (items) return items.title === undefined ? fieldsOf(items, `${path}[].`) : [];
  return fieldsOf(field, `${path}.`);
}

/** Returns the schema of a map's values. */
function mapValue(field: TSchema): TSchema | undefined {
  return Object.values((field.patternProperties ?? {}) as Record<string, TSchema>)[0];
}

/** Describes a schema: `string`, `map of string`, `list of integer`, `"tcp" or "udp"`. */
export function formOf(field: TSchema): string {
  if (field.title !== undefined) return `[${field.title}](#${field.title.toLowerCase()})`;
  if (field.const !== undefined) return JSON.stringify(field.const);
  if (field.anyOf) return (field.anyOf as TSchema[]).map(formOf).join(' or ');
  const value = mapValue(field);
  if (value) return `map of ${formOf(value)}`;
  if (field.items) return `list of ${formOf(field.items as TSchema)}`;
  return typeof field.type === 'string' ? field.type : 'any';
}
