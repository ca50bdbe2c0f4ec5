/** POSIX extended regular expressions with the backslashes of Go's, for which files of podman and CRI-O are written. */
import { createContext, Script } from 'node:vm';
import { messageOf } from '../../../hooks/index.ts';

/** Characters. */
const longestPattern = 1024;
/** Milliseconds for one comparison: annotations are chosen by users, and an expression may take exponential time. */
const deadlineMs = 100;

const classes: Record<string, string> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\s',
  upper: 'A-Z',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
};

/** Returns what is wrong with an expression. */
export function patternProblem(pattern: string): string | undefined {
  if (pattern.length > longestPattern)
    return `expected at most ${longestPattern} characters, found ${pattern.length}`;
  try {
    compile(pattern);
    return undefined;
  } catch (error) {
    return `expected a regular expression, found ${JSON.stringify(pattern)}: ${messageOf(error)}`;
  }
}

/**
 * Whether the expression occurs in a text.
 * @throws Error for one that takes too long
 */
export function fits(pattern: string, text: string): boolean {
  context ??= createContext({}) as Comparison;
  context.expression = compile(pattern);
  context.text = text;
  try {
    return comparison.runInContext(context, { timeout: deadlineMs, displayErrors: false }) as boolean;
  } catch (error) {
    throw new Error(`the expression ${JSON.stringify(pattern)} takes more than ${deadlineMs} ms`, {
      cause: error,
    });
  }
}

interface Comparison {
  expression?: RegExp;
  text?: string;
}

const comparison = new Script('expression.test(text)');
let context: Comparison | undefined;

/** @throws SyntaxError */
function compile(pattern: string): RegExp {
  return new RegExp(pattern.replaceAll(/\\.|\[(\^?)(\]?(?:\[:\w+:\]|\\.|[^\]])*)\]/gs, inBrackets));
}

/** A bracket expression may begin with `]`, and have classes such as `[:alpha:]`. */
function inBrackets(found: string, negated = '', content?: string): string {
  if (content === undefined) return found;
  const parts = content.replaceAll(/\[:(\w+):\]|\\.|\[|^\]/gs, (part: string, name?: string) => {
    if (name !== undefined) return classOf(name);
    return part.startsWith('\\') ? part : `\\${part}`;
  });
  return `[${negated}${parts}]`;
}

function classOf(name: string): string {
  const known = classes[name];
  if (known === undefined) throw new SyntaxError(`unknown class [:${name}:]`);
  return known;
}
