/** Replaces the fields that messages name by the names that a client's users know. */
import type { FieldNames } from '../../client/wire.ts';
import { renameFields, type Degradation } from '../../hooks/index.ts';
import { listOf, namesOf, optionOf } from './fieldNames.ts';

/** Whose names users know: options of a command, or members of bodies. */
export type Vocabulary = 'pouch' | 'docker' | 'api';

interface Reader {
  readonly names: Vocabulary;
}

/** Returns a message with each of its fields as the client's users write it. */
export function inNamesOf({ names }: Reader, message: string): string {
  return renameFields(message, (path) => nameFor(names, path));
}

export function allInNamesOf(client: Reader, messages: readonly string[]): string[] {
  return messages.map((message) => inNamesOf(client, message));
}

export function degradedInNamesOf(client: Reader, degraded: readonly Degradation[]): Degradation[] {
  return degraded.map((each) => ({ ...each, message: inNamesOf(client, each.message) }));
}

/** Returns the API's name of a field; names of the API stay as they are. */
export function apiNameOf(path: string): string {
  return nameFor('api', path) ?? path;
}

/** Returns undefined for what is not a field, such as a command in backquotes. */
function nameFor(whose: Vocabulary, path: string): string | undefined {
  const { pattern, keys } = parsePath(path);
  if (isApiField(path)) return (whose !== 'api' && withEntry(optionOf(pattern), keys)) || path;
  const names = namesOf(pattern);
  if (!names) return undefined;
  return (whose === 'api' ? undefined : optionFor(whose, names, keys)) ?? apiName(names, keys);
}

/** Fields of requests begin in lower case. */
function isApiField(path: string): boolean {
  return /^[A-Z]\w*([.[]|$)/.test(path);
}

const key = /\[(\d+|"[^"]*")\]/g;

function parsePath(path: string): { pattern: string; keys: string[] } {
  return { pattern: path.replace(key, '[]'), keys: [...path.matchAll(key)].map(([, found]) => found!) };
}

function apiName({ api }: FieldNames, keys: readonly string[]): string {
  return either(listOf(api).map((name) => withKeys(name, keys)));
}

/** `HostConfig.Devices[].PathOnHost` → `HostConfig.Devices[2].PathOnHost` */
function withKeys(name: string, keys: readonly string[]): string {
  const rest = [...keys];
  return name.replaceAll('[]', () => `[${rest.shift() ?? ''}]`);
}

function optionFor(
  whose: 'pouch' | 'docker',
  { option, prefixes = {} }: FieldNames,
  keys: readonly string[],
): string | undefined {
  const entry = entryOf(keys);
  const [prefix, own] = Object.entries(prefixes).find(([start]) => entry.startsWith(start)) ?? [];
  if (whose === 'pouch' && prefix !== undefined) return `${own} ${entry.slice(prefix.length)}`;
  const options = listOf(option).map((name) => withEntry(name, keys));
  return options.length === 0 ? undefined : either(options);
}

/** `--sysctl []` → `--sysctl net.ipv4.ip_forward` */
function withEntry(option: string | undefined, keys: readonly string[]): string {
  return option?.replace('[]', () => entryOf(keys)) ?? '';
}

function entryOf(keys: readonly string[]): string {
  return (keys.at(-1) ?? '').replaceAll('"', '');
}

/** `a, b or c` */
function either(names: readonly string[]): string {
  const [last = '', ...others] = names.toReversed();
  return others.length === 0 ? last : `${others.toReversed().join(', ')} or ${last}`;
}
