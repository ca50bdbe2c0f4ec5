import type { TSchema } from '@sinclair/typebox';

/** Returns the schemas with a title among these and within them, each title once. */
export function titledSchemas(schemas: Iterable<TSchema>): TSchema[] {
  const found = new Map<string, TSchema>();
  for (const schema of schemas) collect(schema, found);
  return [...found.values()];
}

function collect(schema: unknown, found: Map<string, TSchema>): void {
  if (typeof schema !== 'object' || schema === null) return;
  const { title } = schema as TSchema;
  if (typeof title === 'string') {
    if (found.has(title)) return;
    found.set(title, schema as TSchema);
  }
  for (const part of Object.values(schema)) collect(part, found);
}
