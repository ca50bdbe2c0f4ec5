/** Checks bodies against their schemas; unknown fields are allowed, as in Docker. */
import type { Static, TSchema } from '@sinclair/typebox';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { PouchError } from '../../../hooks/index.ts';
import { MemberError } from '../../../translate/MemberError.ts';

/** Without schema checks and optimization the schemas compile in half the time, and validate as fast. */
const ajv = new Ajv({
  allowUnionTypes: true,
  strict: false,
  // JSON.parse returns Infinity for 1e400.
  strictNumbers: true,
  verbose: true,
  meta: false,
  validateSchema: false,
  code: { optimize: false },
});
const compiled = new WeakMap<TSchema, ValidateFunction>();

/** @throws PCH_BAD_REQUEST with the field, the expected and the found value */
export function validate<Schema extends TSchema>(schema: Schema, body: unknown): Static<Schema> {
  const check = validatorOf(schema);
  if (!check(body)) throw invalid(check.errors ?? []);
  return body;
}

/** Returns the compiled schema. Compiles at first use, so that start-up does not wait: a large schema takes 40 ms. */
export function validatorOf(schema: TSchema): ValidateFunction {
  let check = compiled.get(schema);
  if (!check) compiled.set(schema, (check = ajv.compile(schema)));
  return check;
}

function invalid(errors: ErrorObject[]): PouchError {
  const error = deepest(errors);
  if (!error) return new PouchError('PCH_BAD_REQUEST', 'the body does not match the schema of this call');
  const member = fieldName(error.instancePath);
  const isEndless = typeof error.data === 'number' && !Number.isFinite(error.data);
  const found = isEndless ? String(error.data) : (JSON.stringify(error.data) ?? 'nothing');
  return new MemberError(
    'PCH_BAD_REQUEST',
    error.instancePath === '' ? undefined : member,
    `${member} ${error.message ?? 'is invalid'}, found ${found.length > 80 ? `${found.slice(0, 80)}…` : found}`,
  );
}

/** The error with the longest path: for a union it is the most specific one. */
function deepest(errors: ErrorObject[]): ErrorObject | undefined {
  return errors.toSorted((a, b) => b.instancePath.length - a.instancePath.length)[0];
}

/** `/HostConfig/PortBindings/80~1tcp/0` → `HostConfig.PortBindings["80/tcp"][0]`. */
function fieldName(pointer: string): string {
  if (pointer === '') return 'the body';
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part, index) => fieldPart(part, index))
    .join('');
}

function fieldPart(part: string, index: number): string {
  if (/^\d+$/.test(part)) return `[${part}]`;
  if (!/^\w+$/.test(part)) return `[${JSON.stringify(part)}]`;
  return index === 0 ? part : `.${part}`;
}
