import { points } from './points.ts';

type Json = Record<string, unknown>;

/** Input (and result) of every hook point; schemas with a title are definitions that are referred to. */
export function hooksJsonSchema(): Json {
  const definitions = new Map<string, Json>();
  const properties = points.map(({ name, input, result }) => [
    name,
    {
      type: 'object',
      properties: {
        input: refer(input, definitions),
        ...(result ? { result: refer(result, definitions) } : {}),
      },
    },
  ]);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Hook points of Pouch',
    type: 'object',
    properties: Object.fromEntries(properties) as Json,
    definitions: Object.fromEntries(definitions),
  };
}

/** Copies a schema with references in place of titled schemas. */
function refer(schema: unknown, definitions: Map<string, Json>): unknown {
  if (Array.isArray(schema)) return schema.map((item) => refer(item, definitions));
  if (typeof schema !== 'object' || schema === null) return schema;
  const { title } = schema as { title?: unknown };
  if (typeof title !== 'string') return copy(schema, definitions);
  if (!definitions.has(title)) {
    definitions.set(title, {});
    definitions.set(title, copy(schema, definitions));
  }
  return { $ref: `#/definitions/${title}` };
}

function copy(schema: object, definitions: Map<string, Json>): Json {
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, refer(value, definitions)]));
}
