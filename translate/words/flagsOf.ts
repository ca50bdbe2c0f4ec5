/** Converts the values of YAML to those of a command line. */
import { joinCsv } from '../../client/options/csv.ts';
import { attributeOf, type RunOption } from '../../client/options/createOptions.ts';
import { optionError } from '../../client/options/OptionError.ts';
import type { RunFlags } from '../../client/options/runFlags.ts';
import { runOptions, type Words } from './runOptions.ts';

/** Returns why an option cannot be given here: a sentence after its name; undefined if it can. */
export type Refusal = (word: string, option: RunOption) => string | undefined;

/** @throws OptionError for an unknown option, a refused one, or a value of the wrong type */
export function flagsOf(words: Words, refusal: Refusal): RunFlags {
  const given = Object.entries(words).flatMap(([word, value]) =>
    Object.entries(flagOf(word, value, refusal)),
  );
  return { ...noLists, ...Object.fromEntries(given) } as unknown as RunFlags;
}

/** The lists that commander would have. */
const noLists = Object.fromEntries(
  [...runOptions].filter(([, { list }]) => list).map(([word]) => [attributeOf(word), []]),
);

function flagOf(word: string, value: unknown, refusal: Refusal): Record<string, unknown> {
  const option = runOptions.get(word);
  if (!option) throw optionError(word, unknownWord(word));
  const refused = refusal(word, option);
  if (refused !== undefined) throw optionError(word, refused);
  if (word === 'rich' && typeof value === 'string') return { rich: true, richMode: value };
  if (word.startsWith('no-')) return { [attributeOf(word.slice(3))]: scalarOf(word, option, value) !== true };
  return { [attributeOf(word)]: option.list ? listOf(word, option, value) : scalarOf(word, option, value) };
}

function unknownWord(word: string): string {
  return `expected an option of \`pouch run\` without its dashes, found "${word}"`;
}

function scalarOf(word: string, { flags }: RunOption, value: unknown): string | boolean {
  if (!flags.includes('<')) {
    if (typeof value === 'boolean') return value;
    throw optionError(word, `expected true or false, found ${kindOf(value)}`);
  }
  return textOf(word, value, 'a text or a number');
}

function listOf(word: string, { pairs, fields }: RunOption, value: unknown): string[] {
  const expected = pairs ? `a list of NAME${pairs}VALUE, or a map` : 'a list of texts';
  const texts =
    isMapOf(value) && pairs
      ? Object.entries(value).map(([key, one]) => `${key}${pairs}${textOf(`${word}.${key}`, one, 'a text')}`)
      : [value]
          .flat()
          .map((one) =>
            fields && isMapOf(one) ? fieldsText(word, fields, one) : textOf(word, one, expected),
          );
  for (const text of texts) checkText(word, text);
  return texts;
}

function isMapOf(value: unknown): value is Words {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `name=b,alias=x,alias=y` for `{ name: b, alias: [x, y] }`; the values of a map are pairs: `driver-opt=KEY=VALUE`. */
function fieldsText(word: string, fields: readonly string[], map: Words): string {
  const texts = Object.entries(map).flatMap(([field, value]) => {
    const name = `${word}.${field}`;
    if (!fields.includes(field))
      throw optionError(name, `expected one of ${fields.join(', ')}, found "${field}"`);
    const values = isMapOf(value)
      ? Object.entries(value).map(([key, one]) => `${key}=${textOf(`${name}.${key}`, one, 'a text')}`)
      : [value].flat().map((one) => textOf(name, one, 'a text or a number'));
    return values.map((text) => `${field}=${text}`);
  });
  return joinCsv(texts);
}

/** A command line has the caller's environment and directory, pouchd.yaml has neither. */
function checkText(word: string, text: string): void {
  if ((word === 'env' || word === 'secret-env') && !/^[^=]+=/s.test(text))
    throw optionError(word, 'expected NAME=VALUE, found an entry without a name or a value');
  if (word === 'volume' && text.startsWith('.'))
    throw optionError(word, `expected an absolute path or the name of a volume, found "${text}"`);
  if (word === 'security-opt' && /^seccomp[=:](?!\/|unconfined$|builtin$)/.test(text))
    throw optionError(word, `expected the absolute path of a seccomp profile, found "${text}"`);
  if (word === 'label' && /^io\.pouch\.profile(=|$)/.test(text))
    throw optionError(word, 'a profile cannot choose profiles');
}

/** Messages have no values of texts here: they may be secrets. */
function textOf(word: string, value: unknown, expected: string): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (typeof value === 'boolean' && expected === 'a text') return String(value);
  throw optionError(word, `expected ${expected}, found ${kindOf(value)}`);
}

/** What a value of YAML is, for messages; texts are not shown. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a map' : `the ${typeof value} ${JSON.stringify(value)}`;
}
