import type { Options } from 'ajv';
import { RE2JS } from 're2js';

type RegExpEngine = NonNullable<NonNullable<Options['code']>['regExp']>;

/**
 * Regular expressions of schemas for ajv, in time linear in the text (https://github.com/google/re2/wiki/Syntax): pouchd
 * evaluates schemas that plugins declare, and `^(a+)+$` would block it for years. Lookaheads and backreferences are
 * errors.
 */
export const linearRegExp: RegExpEngine = Object.assign(
  (pattern: string) => {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
    // ajv keeps one expression for each text of this form.
    return { test: (text: string) => compiled.test(text), toString: () => `/${pattern}/` };
  },
  // Only code that ajv writes to a file has it.
  { code: 'new RegExp' },
);
