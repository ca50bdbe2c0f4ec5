/**
 * Regular expressions of hook files, in the syntax of Go's regexp package, for which files of podman and CRI-O are
 * written. A comparison takes time linear in the text: users choose annotations.
 */
import { RE2JS } from 're2js';
import { messageOf } from '../../../hooks/index.ts';

/** Characters. */
const longestPattern = 1024;

/** Returns what is wrong with an expression. */
export function patternProblem(pattern: string): string | undefined {
  if (pattern.length > longestPattern)
    return `expected at most ${longestPattern} characters, found ${pattern.length}`;
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    return `expected a regular expression, found ${JSON.stringify(pattern)}: ${messageOf(error)}`;
  }
}

/** Whether the expression occurs in a text. @throws Error for one that is not valid */
export function fits(pattern: string, text: string): boolean {
  return RE2JS.compile(pattern).matcher(text).find();
}
