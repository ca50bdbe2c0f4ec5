/**
 * Reads values of user data. Errors name the key and the kind of what was found, and no value: it may be a password.
 */
import { type PouchError } from '../../../hooks/errors.ts';
import { invalidField } from '../../../hooks/invalidField.ts';

/** Entries of one list: users, files, commands. */
const mostEntries = 500;

/** @throws PCH_OPTION_INVALID */
export function invalidUserData(at: string, problem: string, hint = 'correct the user data'): PouchError {
  return invalidField('firstBoot.userData', `${at === '' ? '' : `${at}: `}${problem}`, hint);
}

export type Members = Record<string, unknown>;

/** A map with no other keys than those of `names`. */
export function mapAt(value: unknown, at: string, names: readonly string[]): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidUserData(at, `expected a map, found ${kindOf(value)}`);
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown === undefined) return value as Members;
  throw invalidUserData(
    at,
    `unknown key "${unknown.slice(0, 60)}"; an image without cloud-init takes ${names.join(', ')}`,
    'use runcmd, or an image that has cloud-init, which gets the user data as it is',
  );
}

export function listAt(value: unknown, at: string): unknown[] {
  if (!Array.isArray(value)) throw invalidUserData(at, `expected a list, found ${kindOf(value)}`);
  if (value.length > mostEntries)
    throw invalidUserData(at, `expected at most ${mostEntries} entries, found ${value.length}`);
  return value;
}

/** A list, each entry read by `read`; missing: an empty one. */
export function eachAt<T>(
  members: Members,
  name: string,
  at: string,
  read: (value: unknown, at: string) => T,
): T[] {
  const value = members[name];
  if (value === undefined || value === null) return [];
  const place = below(at, name);
  return listAt(value, place).map((entry, index) => read(entry, `${place}[${index}]`));
}

/** Text that has `form`, described by `expected`. */
export function textAt(value: unknown, at: string, { form, expected }: TextForm): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text === 'string' && form.test(text)) return text;
  const found = typeof text === 'string' ? 'another text' : kindOf(value);
  throw invalidUserData(at, `expected ${expected}, found ${found}`);
}

export interface TextForm {
  form: RegExp;
  expected: string;
}

/** Names that useradd(8) takes. */
export const userName: TextForm = {
  form: /^[a-z_][a-z0-9_-]{0,31}$/,
  expected: 'a name of lower-case letters, digits, "-" and "_"',
};

export function optionalText(members: Members, name: string, at: string, form: TextForm): string | undefined {
  const value = members[name];
  return value === undefined || value === null ? undefined : textAt(value, below(at, name), form);
}

export function flagOf(members: Members, name: string, at: string, otherwise: boolean): boolean {
  const value = members[name] ?? otherwise;
  if (typeof value === 'boolean') return value;
  throw invalidUserData(below(at, name), `expected true or false, found ${kindOf(value)}`);
}

export function below(at: string, name: string): string {
  return at === '' ? name : `${at}.${name}`;
}

export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a map' : `a ${typeof value}`;
}
