import type { JsonSchema } from './formats/format.ts';
import { schema, settingPaths } from './schema/index.ts';
import type { AnySetting } from './schema/index.ts';

/**
 * Returns the JSON Schema of pouchd.yaml (draft-07, which editors support best), for completion and checks in
 * editors.
 */
export function jsonSchema(): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'pouchd.yaml',
    description: 'The configuration of pouchd, the daemon of Pouch.',
    type: 'object',
    properties: { ...properties(), include },
    required: ['apiVersion'],
    additionalProperties: false,
  };
}

/** Not a setting: it names files that have some. */
const include = {
  description: 'Files whose settings this file overrides; paths are relative to its directory.',
  anyOf: [{ type: 'array', items: { type: 'string', minLength: 1 } }, { type: 'null' }],
};

interface Group {
  type: readonly string[];
  properties: Record<string, JsonSchema>;
  additionalProperties: false;
}

function properties(): Record<string, JsonSchema> {
  const all: Record<string, JsonSchema> = {};
  for (const path of settingPaths) {
    const [group = path, key] = path.split('.');
    if (key === undefined) all[group] = property(schema[path]);
    else
      ((all[group] ??= emptyGroup() as never) as unknown as Group).properties[key] = property(schema[path]);
  }
  return all;
}

/** A group is null in YAML if all its keys are commented out. */
function emptyGroup(): Group {
  return { type: ['object', 'null'], properties: {}, additionalProperties: false };
}

function property({ doc, derived, default: fallback, example, format, nullable }: AnySetting): JsonSchema {
  const description = derived ? `${doc} Default: ${derived}.` : doc;
  return {
    description,
    ...(fallback !== null && { default: fallback }),
    ...(example !== undefined && { examples: [example] }),
    ...(nullable || isCollection(format.json) ? { anyOf: [format.json, { type: 'null' }] } : format.json),
  };
}

/** A list or map is null in YAML if all its entries are commented out. */
function isCollection({ type }: JsonSchema): boolean {
  return type === 'array' || type === 'object';
}
