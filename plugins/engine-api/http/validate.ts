/** Checks bodies against their schemas; unknown fields pass, as Docker lets them. */
import type { Static, TSchema } from '@sinclair/typebox';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { PouchError } from '../../../hooks/index.ts';

/** The schemas are our own: neither checked themselves nor optimized, they compile in half the time and check as fast. */
const ajv = new Ajv({
  allowUnionTypes: true,
  strict: false,
  // JSON.parse reads 1e400 as Infinity.
  strictNumbers: true,
  verbose: true,
  meta: false,
  validateSchema: false,
  code: { optimize: false },
});
const compiled = new WeakMap<TSchema, ValidateFunction>();

/** @throws PCH_BAD_REQUEST that names the field, what was expected and what was found */
export function validate<Schema extends TSchema>(schema: Schema, body: unknown): Static<Schema> {
  const check = validatorOf(schema);
  if (!check(body)) throw invalid(check.errors ?? []);
  return body;
}

/** Compiled at first use, so that start-up does not wait; a large schema takes 40 ms, which its first user need not. */
export function validatorOf(schema: TSchema): ValidateFunction {
  let check = compiled.get(schema);
  if (!check) compiled.set(schema, (check = ajv.compile(schema)));
  return check;
}

function invalid(errors: ErrorObject[]): PouchError {
  const error = deepest(errors);
  if (!error) return new PouchError('PCH_BAD_REQUEST', 'the body is not of the form that the call takes');
  const field = fieldName(error.instancePath);
  const isEndless = typeof error.data === 'number' && !Number.isFinite(error.data);
  const found = isEndless ? String(error.data) : (JSON.stringify(error.data) ?? 'nothing');
  return new PouchError(
    'PCH_BAD_REQUEST',
    `${field} ${error.message ?? 'is invalid'}, found ${found.length > 80 ? `${found.slice(0, 80)}…` : found}`,
  );
}

/** Of the errors of a union, the one that is furthest inside says most. */
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
