/** Reads profiles; every mistake is reported, each with its line. */
import { OptionError, optionError } from '../../client/options/OptionError.ts';
import {
  type ContainerRequest,
  jsonPointer,
  type Locate,
  PouchError,
  type Profile,
  type ProfilePart,
  toPouchError,
} from '../../hooks/index.ts';
import { unreadProblem } from '../../hooks/unread.ts';
import { inNamesOf } from '../names/inNamesOf.ts';
import { fixedAddressOf } from '../words/fixedAddressOf.ts';
import { flagsOf, type Refusal } from '../words/flagsOf.ts';
import { requestOf } from '../words/requestOf.ts';
import type { Words } from '../words/runOptions.ts';
import { withoutDashes } from '../words/withoutDashes.ts';
import { builtInProfiles } from './builtInProfiles.ts';
import { partsOf } from './partsOf.ts';
import { shownValue } from './shownValue.ts';

/** What the user can do about a mistake. */
export const hint =
  'a profile has the options of `pouch run` without their dashes; see docs/guides/profiles.md';

/** Profiles by name, in the words of `pouch run`. */
export interface ProfileWords {
  readonly profiles: Readonly<Record<string, Words>>;
}

/**
 * Returns the profiles that requests can name: these, and the built-in ones of other names. No request can name one
 * whose name is not valid.
 */
export function usableProfiles(own: readonly Profile[]): Profile[] {
  const names = new Set(own.map(({ name }) => name));
  const others = Object.entries(builtInProfiles).filter(([name]) => !names.has(name));
  const builtIn = readProfiles({ profiles: Object.fromEntries(others) }, () => 'built-in');
  return [...own, ...builtIn].filter(({ name }) => profileName.test(name));
}

/** Those with mistakes have a `problem` that names all of them. */
export function readProfiles({ profiles }: ProfileWords, locate: Locate): Profile[] {
  return Object.entries(profiles).map(([name, words]) => {
    const unread = unreadProblem(words);
    const mistakes = unread === undefined ? [] : [unread];
    const read = readProfile(name, unread === undefined ? words : {}, { locate, mistakes });
    return mistakes.length === 0 ? read : { ...read, problem: mistakes.join('; ') };
  });
}

/** @throws PCH_PLUGIN_OPTIONS with the mistakes of all profiles */
export function requireSound(profiles: readonly Profile[]): void {
  const problems = profiles.flatMap(({ problem }) => problem ?? []);
  if (problems.length === 0) return;
  throw new PouchError('PCH_PLUGIN_OPTIONS', problems.join('; '), { hint, plugin: 'profiles' });
}

const refusal: Refusal = (_word, { refused }) => refused && `profiles do not take it: ${refused}`;

interface Report {
  readonly locate: Locate;
  readonly mistakes: string[];
}

const profileName = /^[a-z0-9][a-z0-9_.-]{0,62}$/;

function readProfile(name: string, words: Words, report: Report): Profile {
  const pointer = jsonPointer('profiles', name);
  const before = report.mistakes.length;
  if (!profileName.test(name))
    mistake(report, pointer, name, 'expected a name of lower-case letters, digits, "_", "." and "-"');
  const parts = partsOf(words).flatMap(([option, own]): ProfilePart[] => {
    const at = `${pointer}${jsonPointer(option)}`;
    const request = attempt(report, at, `${name}.${option}`, () => readWords(own, { isPartial: true }));
    if (!request) return [];
    return [{ option, request, shown: shownValue(option, own[option]), ...originOf(report, at) }];
  });
  // What depends on several options.
  if (report.mistakes.length === before)
    attempt(report, pointer, name, () => readWords(words, { isPartial: false }));
  return { name, parts, ...originOf(report, pointer) };
}

function readWords(words: Words, { isPartial }: { isPartial: boolean }): Partial<ContainerRequest> {
  const request = requestOf(flagsOf(words, refusal), { isPartial });
  const address = fixedAddressOf(request.network);
  if (address !== undefined)
    throw optionError('network', `profiles do not take ${address}: an address belongs to one container`);
  return request;
}

function attempt<T>(report: Report, pointer: string, what: string, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    mistake(report, pointer, what, problemOf(error));
    return undefined;
  }
}

function problemOf(error: unknown): string {
  const isOption = error instanceof OptionError;
  const { hint } = isOption ? error : toPouchError(error);
  const message = isOption ? (error.problem ?? error.message) : toPouchError(error).message;
  return withoutDashes(inNamesOf({ names: 'pouch' }, withHint(message, hint)));
}

function withHint(problem: string, hint: string | undefined): string {
  return hint === undefined ? problem : `${problem} (${hint})`;
}

function mistake({ locate, mistakes }: Report, pointer: string, what: string, problem: string): void {
  const where = locate(pointer);
  mistakes.push(`${where === undefined ? '' : `${where}: `}profiles.${what}: ${problem}`);
}

function originOf({ locate }: Report, pointer: string): { origin?: string } {
  const origin = locate(pointer);
  return origin === undefined ? {} : { origin };
}
