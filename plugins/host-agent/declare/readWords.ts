/** Reads the options of networks and volumes, and those that only declared containers have. */
import { optionError } from '../../../client/options/OptionError.ts';
import { kindOf } from '../../../translate/words/flagsOf.ts';
import type { Words } from '../../../translate/words/runOptions.ts';

/** How the value of an option is written. */
export type WordKind = 'text' | 'flag' | 'list' | 'pairs';

type ValueOf<Kind> = Kind extends 'text'
  ? string
  : Kind extends 'flag'
    ? boolean
    : Kind extends 'list'
      ? string[]
      : Record<string, string>;

/**
 * Returns the values by option. An option with `-` has the same name there.
 * @throws OptionError for an unknown option, and a value of another kind
 */
export function readWords<Kinds extends Readonly<Record<string, WordKind>>>(
  words: Words,
  kinds: Kinds,
): { [Name in keyof Kinds]?: ValueOf<Kinds[Name]> } {
  const read = Object.entries(words).map(([word, value]) => {
    const kind = Object.hasOwn(kinds, word) ? kinds[word] : undefined;
    if (!kind) throw optionError(word, `expected one of ${Object.keys(kinds).join(', ')}, found "${word}"`);
    return [word, readers[kind](word, value)];
  });
  return Object.fromEntries(read) as { [Name in keyof Kinds]?: ValueOf<Kinds[Name]> };
}

const readers: Record<WordKind, (word: string, value: unknown) => unknown> = {
  text: (word, value) => textOf(word, value),
  flag(word, value) {
    if (typeof value === 'boolean') return value;
    throw optionError(word, `expected true or false, found ${kindOf(value)}`);
  },
  list: (word, value) => [value].flat().map((one) => textOf(word, one)),
  pairs(word, value) {
    if (isMap(value))
      return Object.fromEntries(
        Object.entries(value).map(([key, one]) => [
          key,
          typeof one === 'boolean' ? String(one) : textOf(word, one),
        ]),
      );
    return Object.fromEntries([value].flat().map((one) => pairOf(word, textOf(word, one))));
  },
};

function pairOf(word: string, text: string): [string, string] {
  const end = text.indexOf('=');
  if (end > 0) return [text.slice(0, end), text.slice(end + 1)];
  throw optionError(
    word,
    'expected a map, or a list of NAME=VALUE, found an entry without a name or a value',
  );
}

/** Messages have no values of texts here: they may be secrets. */
function textOf(word: string, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw optionError(word, `expected a text or a number, found ${kindOf(value)}`);
}

/** @throws OptionError for another value than these words */
export function oneOf<const Word extends string>(
  option: string,
  value: unknown,
  words: readonly Word[],
): Word {
  const found = words.find((word) => word === value);
  if (found) return found;
  const shown = typeof value === 'string' ? `"${value.slice(0, 60)}"` : kindOf(value);
  throw optionError(option, `expected ${words.join(', ')}, found ${shown}`);
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
