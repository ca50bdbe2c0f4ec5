/** `users`, `groups` and keys of user data. */
import { sshKeyProblem } from '../../../hooks/sshKey.ts';
import type { FirstGroup, FirstUser, UserKey } from './types.ts';
import {
  below,
  eachAt,
  flagOf,
  invalidUserData,
  kindOf,
  listAt,
  mapAt,
  type Members,
  optionalText,
  textAt,
  type TextForm,
  userName,
} from './readers.ts';

const path: TextForm = { form: /^\/[^:\p{Cc}]*$/u, expected: 'an absolute path without ":"' };
const gecos: TextForm = { form: /^[^:\p{Cc}]*$/u, expected: 'a text without ":"' };
const hash: TextForm = {
  form: /^(\$[A-Za-z0-9]+\$[^:\p{Cc}\s]{8,}|[*!])$/u,
  expected: 'a hash of crypt(5), such as mkpasswd prints',
};
const line: TextForm = { form: /^[^\p{Cc}]+$/u, expected: 'one line' };

const userKeys = [
  ...['name', 'gecos', 'uid', 'homedir', 'no_create_home', 'primary_group', 'groups', 'system', 'shell'],
  ...['sudo', 'ssh_authorized_keys', 'passwd', 'hashed_passwd', 'lock_passwd'],
];

/** An account and its keys. */
export function userAt(value: unknown, at: string): { user: FirstUser; keys: UserKey[] } {
  const members = mapAt(typeof value === 'string' ? { name: value } : value, at, userKeys);
  const name = textAt(members['name'], below(at, 'name'), userName);
  if (name === 'default')
    throw invalidUserData(at, 'expected a user by its name, found "default", which only cloud-init knows');
  const user: FirstUser = {
    name,
    gecos: optionalText(members, 'gecos', at, gecos) ?? '',
    ...given('uid', uidOf(members, at)),
    ...given('home', optionalText(members, 'homedir', at, path)),
    createHome: !flagOf(members, 'no_create_home', at, false),
    ...given('primaryGroup', optionalText(members, 'primary_group', at, userName)),
    groups: groupNames(members['groups'], below(at, 'groups')),
    system: flagOf(members, 'system', at, false),
    ...given('shell', optionalText(members, 'shell', at, path)),
    sudo: sudoRules(members['sudo'], below(at, 'sudo')),
    ...given('passwordHash', hashOf(members, at)),
    isLocked: flagOf(members, 'lock_passwd', at, true),
  };
  const keys = eachAt(members, 'ssh_authorized_keys', at, keyAt).map((key) => ({ user: name, key }));
  return { user, keys };
}

/** A group by its name, or `NAME: [MEMBER…]`. */
export function groupAt(value: unknown, at: string): FirstGroup {
  if (typeof value === 'string') return { name: textAt(value, at, userName), members: [] };
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 1)
    throw invalidUserData(at, `expected a name, or a map of one name, found ${kindOf(value)}`);
  const [[name, members]] = Object.entries(value) as [[string, unknown]];
  return { name: textAt(name, at, userName), members: groupNames(members, at) };
}

/** A line for authorized_keys. */
export function keyAt(value: unknown, at: string): string {
  const text = textAt(value, at, line).trim();
  const problem = sshKeyProblem(text);
  if (problem !== undefined) throw invalidUserData(at, `expected a public ssh key, ${problem}`);
  return text;
}

function given<K extends string, T>(name: K, value: T | undefined): Partial<Record<K, T>> {
  return value === undefined ? {} : ({ [name]: value } as Record<K, T>);
}

function uidOf(members: Members, at: string): number | undefined {
  const text = optionalText(members, 'uid', at, { form: /^\d{1,6}$/, expected: 'a number up to 65533' });
  if (text === undefined || Number(text) < 65_534) return text === undefined ? undefined : Number(text);
  throw invalidUserData(below(at, 'uid'), `expected a number up to 65533, found ${text}`);
}

function hashOf(members: Members, at: string): string | undefined {
  return optionalText(members, 'hashed_passwd', at, hash) ?? optionalText(members, 'passwd', at, hash);
}

/** A list, or names with commas between. */
function groupNames(value: unknown, at: string): string[] {
  if (value === undefined || value === null) return [];
  const names = typeof value === 'string' ? value.split(',').map((name) => name.trim()) : listAt(value, at);
  return names.map((name) => textAt(name, at, userName));
}

function sudoRules(value: unknown, at: string): string[] {
  if (value === undefined || value === null || value === false) return [];
  return (Array.isArray(value) ? value : [value]).map((rule) => textAt(rule, at, line));
}
