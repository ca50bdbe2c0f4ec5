/** Checks of the objects that plugins hand to the core: plugins in plain JavaScript have no compiler that does it. */
import type { FieldForm } from '../../../hooks/contributions/index.ts';

/** What a field must be. */
export interface FieldRule {
  fits(value: unknown): boolean;
  /** Completes "`field` must be …". */
  readonly form: string | ((found: unknown) => string);
}

export type FieldRules<Field extends string = string> = Readonly<Record<Field, FieldRule>>;

export const string = ofType('string', 'a string');
export const callback = ofType('function', 'a function');
export const object: FieldRule = {
  fits: (value) => typeof value === 'object' && value !== null,
  form: 'an object',
};

/** A field that may be missing. */
export function optional({ fits, form }: FieldRule): FieldRule {
  return { fits: (value) => value === undefined || fits(value), form };
}

/** The first field that breaks its rule, as "`field` must be …"; undefined if all keep theirs. */
export function brokenRule(value: object, rules: FieldRules): string | undefined {
  const fields = value as Record<string, unknown>;
  const broken = Object.entries(rules).find(([name, { fits }]) => !fits(fields[name]));
  if (!broken) return undefined;
  const [name, { form }] = broken;
  return `\`${name}\` must be ${typeof form === 'string' ? form : form(fields[name])}`;
}

function ofType(type: 'string' | 'function', form: string): FieldRule {
  return { fits: (value) => typeof value === type, form };
}

const list: FieldRule = { fits: Array.isArray, form: 'a list' };

const forms: Readonly<Record<FieldForm, FieldRule>> = {
  string,
  function: callback,
  object,
  list,
  'list?': optional(list),
  'string?': optional(string),
  'function?': optional(callback),
  'object?': optional(object),
};

export function rulesOf(fields: Readonly<Record<string, FieldForm>>): FieldRules {
  return Object.fromEntries(Object.entries(fields).map(([name, form]) => [name, forms[form]]));
}
