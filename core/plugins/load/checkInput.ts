import type { TSchema } from '@sinclair/typebox';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { type ErrorCode, PouchError } from '../../../hooks/errors.ts';
import { clone } from '../draft/clone.ts';
import { compileSchema, problemOf, unknownKey } from './pluginOptions.ts';

/** Compiling one takes milliseconds. */
const validators = new WeakMap<TSchema, ValidateFunction>();

function validatorOf(schema: TSchema, plugin: string, what: string): ValidateFunction {
  const known = validators.get(schema);
  if (known) return known;
  const closed = schema.type === 'object' ? { additionalProperties: false, ...schema } : schema;
  const validate = compileSchema(closed, plugin, what);
  validators.set(schema, validate);
  return validate;
}

interface Whose {
  readonly plugin: string;
  readonly code: ErrorCode;
  /** `option`. */
  readonly what: string;
}

/**
 * Input of a user for a contribution of a plugin, checked against its schema, with defaults filled in.
 * @throws the code, with every mistake; PCH_PLUGIN_INVALID if the schema itself is bad
 */
export function checkInput(schema: TSchema, given: unknown, { plugin, code, what }: Whose): unknown {
  const input = clone(given ?? (schema.type === 'object' ? {} : given));
  const validate = validatorOf(schema, plugin, what);
  if (validate(input)) return input;
  const mistakes = (validate.errors ?? []).map((error) =>
    [what, ...pathOf(error), problemOf(error)].join(' '),
  );
  throw new PouchError(code, mistakes.join('; '), { plugin });
}

/** With the key that the schema does not have. */
function pathOf(error: ErrorObject): string[] {
  const key = unknownKey(error);
  return [...error.instancePath.split('/').slice(1), ...(key === undefined ? [] : [key])];
}
