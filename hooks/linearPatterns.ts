/** Regular expressions that clients send, in the syntax of Go's regexp package, as Docker takes them. */
import { RE2JS } from 're2js';
import { messageOf, PouchError } from './errors.ts';

/** Characters of an expression. */
const longest = 256;

/** Instructions of the programs of all expressions of one call: the most steps per character of a comparison. */
const largest = 512;

/** Names have no other characters: such an expression occurs where its text does. */
const plainText = /^[\w-]*$/;

/**
 * Returns whether one of the expressions occurs in a text, in time linear in the text: an expression that a
 * backtracking matcher needs years for cannot block pouchd.
 * @param what names the input in messages, e.g. `filter name`
 * @throws PCH_OPTION_INVALID for an expression that is not valid or too large
 */
export function linearPatterns(what: string, patterns: readonly string[]): (text: string) => boolean {
  let size = 0;
  const tests = patterns.map((pattern) => {
    if (plainText.test(pattern)) return (text: string) => text.includes(pattern);
    const compiled = compile(what, pattern);
    size += compiled.programSize();
    if (size > largest) throw tooLarge(what, `${largest} instructions of RE2`, `${size} or more`);
    return (text: string) => compiled.matcher(text).find();
  });
  return (text) => tests.some((test) => test(text));
}

function compile(what: string, pattern: string): RE2JS {
  // Repetitions multiply: 36 times a{1000} fit into the characters, and compile within 0.3 s.
  if (pattern.length > longest) throw tooLarge(what, `${longest} characters`, String(pattern.length));
  try {
    return RE2JS.compile(pattern);
  } catch (cause) {
    throw new PouchError(
      'PCH_OPTION_INVALID',
      `${what}: expected a regular expression, found "${pattern}": ${messageOf(cause)}`,
      { hint: 'use the syntax of https://github.com/google/re2/wiki/Syntax', cause },
    );
  }
}

function tooLarge(what: string, most: string, found: string): PouchError {
  return new PouchError(
    'PCH_OPTION_INVALID',
    `${what}: expected a regular expression of at most ${most}, found ${found}`,
    { hint: 'use a shorter expression, with fewer repetitions' },
  );
}
