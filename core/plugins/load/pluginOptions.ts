import { isIP, isIPv4, isIPv6 } from 'node:net';
import { Kind, type TSchema, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv } from 'ajv';
import { didYouMean } from '../../../config/suggest.ts';
import type { Locate, Plugin } from '../../../hooks/definePlugin.ts';
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import { jsonPointer } from '../../../hooks/jsonPointer.ts';
import { clone } from '../draft/clone.ts';
import { linearRegExp } from './linearRegExp.ts';
import { filesKeyword } from './optionFiles.ts';

/**
 * The options of a plugin, checked against its schema, with defaults filled in. Messages never show a value: it may be
 * a secret.
 * @param locate where a JSON pointer into the options is written
 * @throws PCH_PLUGIN_OPTIONS with every mistake, PCH_PLUGIN_INVALID if the schema itself is bad
 */
export function checkOptions(plugin: Plugin, given: unknown, locate: Locate): unknown {
  const options = clone(given);
  const validate = compile(plugin);
  if (validate(options)) return options;
  const mistakes = (validate.errors ?? []).map((error) => describe(error, locate));
  throw new PouchError('PCH_PLUGIN_OPTIONS', mistakes.join('; '), {
    hint: `fix the options of plugin ${plugin.name}; its \`options\` schema says what it takes`,
    plugin: plugin.name,
  });
}

/**
 * The same for a built-in plugin. Its schema is good, so that only a mistake in the options needs a compiled one:
 * compiling those of all built-in plugins would be an eighth of the daemon's start.
 */
export function checkBuiltInOptions(plugin: Plugin, given: unknown, locate: Locate): unknown {
  const schema = schemaOf(plugin);
  const options = Kind in schema ? Value.Default(schema, clone(given)) : undefined;
  return options && Value.Check(schema, options) ? options : checkOptions(plugin, given, locate);
}

/** One for all schemas without names: each compiles the schema of schemas anew, which takes 20 ms. */
let shared: Ajv | undefined;

function newAjv(): Ajv {
  const ajv = new Ajv({
    useDefaults: true,
    allErrors: true,
    verbose: true,
    strictTypes: false,
    strictRequired: false,
    // Options are checked once: it would take longer than it saves.
    code: { optimize: false, regExp: linearRegExp },
  });
  ajv.addKeyword({ keyword: filesKeyword, schemaType: 'boolean' });
  ajv.addFormat('ip', (value: string) => isIP(value) !== 0);
  ajv.addFormat('ipv4', isIPv4);
  ajv.addFormat('ipv6', isIPv6);
  return ajv;
}

/** Unknown keys are mistakes unless the schema says otherwise; a plugin without a schema takes none. */
function schemaOf({ options = Type.Object({}) }: Plugin): TSchema {
  return { additionalProperties: false, ...options };
}

function compile(plugin: Plugin): ValidateFunction {
  return compileSchema(schemaOf(plugin), plugin.name, 'options');
}

/** @throws PCH_PLUGIN_INVALID for a bad schema */
export function compileSchema(schema: TSchema, plugin: string, what: string): ValidateFunction {
  // Two plugins may use the same `$id`.
  const ajv = hasNames(schema) ? newAjv() : (shared ??= newAjv());
  try {
    return ajv.compile(schema);
  } catch (error) {
    throw new PouchError(
      'PCH_PLUGIN_INVALID',
      `the ${what} schema of plugin ${plugin} is bad: ${messageOf(error)}`,
      {
        plugin,
        cause: error,
      },
    );
  } finally {
    // A reload leaves nothing behind.
    ajv.removeSchema(schema);
  }
}

function hasNames(schema: object): boolean {
  const isNamed = (value: unknown): boolean =>
    typeof value === 'object' && value !== null && ('$id' in value || Object.values(value).some(isNamed));
  return isNamed(schema);
}

function describe(error: ErrorObject, locate: Locate): string {
  const key = unknownKey(error);
  const at = error.instancePath + (key === undefined ? '' : jsonPointer(key));
  const where = locate(at);
  return `${where === undefined ? '' : `${where}: `}options${at.replaceAll('/', '.')} ${problemOf(error)}`;
}

export function unknownKey({ keyword, params }: ErrorObject): string | undefined {
  return keyword === 'additionalProperties'
    ? (params as { additionalProperty: string }).additionalProperty
    : undefined;
}

export function problemOf(error: ErrorObject): string {
  const key = unknownKey(error);
  if (key !== undefined) return `is unknown${near(key, error)}`;
  if (error.keyword !== 'type') return error.message ?? 'has the wrong form';
  return `must be ${String((error.params as { type: unknown }).type)}, found ${typeOf(error.data)}`;
}

function near(key: string, { parentSchema }: ErrorObject): string {
  const properties = (parentSchema as { properties?: object } | undefined)?.properties ?? {};
  const known = Object.keys(properties);
  return ` (${didYouMean(key, known) ?? (known.length > 0 ? `known are ${known.join(', ')}` : 'it takes no options')})`;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
