import type { TSchema } from '@sinclair/typebox';
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv } from 'ajv';
import { PouchError } from '../../../hooks/errors.ts';
import { isRecord } from './clone.ts';
import type { Change } from './diff.ts';
import type { PreparedTap } from '../tap.ts';
import { formatPath } from './fieldPath.ts';

/** Says yes or no, and is compiled within a millisecond or two. */
const checks = new WeakMap<TSchema, TypeCheck<TSchema>>();

/** Reports every mistake, and takes ten times as long to compile: only for an invalid draft. */
const ajv = new Ajv({ strict: false, strictNumbers: true, allErrors: true, verbose: true });
const tellers = new WeakMap<TSchema, ValidateFunction>();

/**
 * Checks a changed draft against the schema of its hook point. Only what lies in the changed fields counts: nobody is
 * blamed for what was wrong before.
 * @throws PCH_PLUGIN_CONTRACT
 */
export function checkDraft(draft: unknown, changes: readonly Change[], schema: TSchema): void {
  if (checkOf(schema).Check(draft)) return;
  const validate = tellerOf(schema);
  if (validate(draft)) return;
  const fault = (validate.errors ?? []).find((error) => changes.some(({ path }) => concerns(error, path)));
  if (fault) throw malformed(fault);
}

/**
 * Whether it takes no look at the whole draft to see that the changes fit the schema: each sets or removes a field of a
 * record that exists, and the schema says by itself what the field may be. False does not mean that they do not fit.
 */
export function fitsByField(draft: object, changes: readonly Change[], schema: TSchema): boolean {
  return changes.every(({ path, after }) => {
    let [value, form]: [unknown, TSchema | undefined] = [draft, schema];
    for (const [index, segment] of path.entries()) {
      if (!isRecord(value) || form === undefined) return false;
      const isLast = index === path.length - 1;
      if (isLast && after === undefined && (form['required'] as string[] | undefined)?.includes(segment))
        return false;
      form = fieldForm(form, segment);
      if (!isLast) value = Object.hasOwn(value, segment) ? value[segment] : undefined;
    }
    return form !== undefined && (after === undefined || isSimple(form, after));
  });
}

/** The schema of a field of a record, or of each value of a map. */
function fieldForm({ type, properties, patternProperties }: TSchema, name: string): TSchema | undefined {
  if (type !== 'object') return undefined;
  const fields = properties as Record<string, TSchema> | undefined;
  if (fields && Object.hasOwn(fields, name)) return fields[name];
  return (patternProperties as Record<string, TSchema> | undefined)?.[anyName];
}

/** How TypeBox writes a map of any names. */
const anyName = '^(.*)$';

/** Keywords that do not restrict a value. */
const annotations: readonly string[] = ['type', 'description', 'title', 'default', 'examples'];

function isSimple(form: TSchema, value: unknown): boolean {
  const isPlain = Object.keys(form).every((keyword) => annotations.includes(keyword));
  return isPlain && (form.type === 'string' || form.type === 'boolean') && typeof value === form.type;
}

/** Compiles the schemas of these taps now, and runs them once, so that no tap is charged for it later. */
export function prepareValidation(taps: readonly PreparedTap[]): void {
  for (const { kind, schema } of taps) if (kind === 'plan') checkOf(schema).Check({});
}

function checkOf(schema: TSchema): TypeCheck<TSchema> {
  let check = checks.get(schema);
  if (!check) checks.set(schema, (check = TypeCompiler.Compile(schema)));
  return check;
}

function tellerOf(schema: TSchema): ValidateFunction {
  let teller = tellers.get(schema);
  if (!teller) tellers.set(schema, (teller = ajv.compile(schema)));
  return teller;
}

function concerns(error: ErrorObject, path: readonly string[]): boolean {
  const at = segmentsOf(error);
  return at.every((segment, i) => path[i] === undefined || path[i] === segment);
}

/** A missing or unknown field is reported at its parent. */
function segmentsOf({ instancePath, params }: ErrorObject): string[] {
  const { missingProperty, additionalProperty } = params as {
    missingProperty?: string;
    additionalProperty?: string;
  };
  const pointer = instancePath.split('/').slice(1);
  const segments = pointer.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return [...segments, ...[missingProperty ?? additionalProperty].filter((name) => name !== undefined)];
}

function malformed(error: ErrorObject): PouchError {
  const field = formatPath(segmentsOf(error));
  const problem =
    error.keyword === 'additionalProperties'
      ? 'is not a field of the draft'
      : (error.message ?? 'has the wrong form');
  return new PouchError('PCH_PLUGIN_CONTRACT', `the tap left a draft in which ${field} ${problem}`, {
    hint: 'docs/reference/hooks.md has the form of the draft',
  });
}
