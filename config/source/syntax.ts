import type { Document, YAMLError } from 'yaml';
import type { Location } from '../origin.ts';
import type { Problem } from '../problem.ts';

interface Form {
  readonly expected: string;
  readonly found: string;
  readonly hint?: string;
}

/** What the commonest mistakes are called; all others are told in the parser's words. */
const forms: Partial<Record<YAMLError['code'], Form>> = {
  TAB_AS_INDENT: { expected: 'spaces for indentation', found: 'a tab' },
  DUPLICATE_KEY: { expected: 'each key once in a map', found: 'the key a second time' },
  MULTIPLE_DOCS: { expected: 'one document', found: 'a second one after "---"' },
  TAG_RESOLVE_FAILED: {
    expected: 'plain values',
    found: 'an unknown tag',
    hint: 'quote a value that begins with "!"',
  },
  BAD_INDENT: {
    expected: 'the keys of one map in one column, deeper than the key above',
    found: 'another indentation',
  },
  MISSING_CHAR: { expected: 'the closing quote, bracket or colon', found: 'the end of the value without it' },
  BLOCK_AS_IMPLICIT_KEY: {
    expected: 'one "key: value" in a line',
    found: 'a second ": "',
    hint: 'quote a value that holds ": "',
  },
};

/** The mistakes of the YAML itself, and whether what it says can be used all the same. */
export function syntaxProblems(document: Document.Parsed, text: string, at: (offset: number) => Location) {
  const errors = [...document.errors, ...document.warnings];
  const problems = errors.map((error): Problem => {
    const location = at(error.pos[0]);
    return { ...location, path: '', ...form(error, text) };
  });
  return { problems, usable: document.errors.every((error) => error.code === 'DUPLICATE_KEY') };
}

function form(error: YAMLError, text: string): Form {
  const known = forms[error.code];
  if (error.code === 'DUPLICATE_KEY')
    return { ...forms.DUPLICATE_KEY!, found: `${keyAt(text, error.pos[0])} a second time` };
  return known ?? { expected: 'YAML 1.2', found: `a syntax error: ${error.message}` };
}

function keyAt(text: string, offset: number): string {
  return /^[^\s:]+/.exec(text.slice(offset, offset + 60))?.[0] ?? 'a key';
}
