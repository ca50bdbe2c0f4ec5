import { visit } from 'yaml';
import type { Document, YAMLError } from 'yaml';
import type { Location } from '../origin.ts';
import type { Problem } from '../problem.ts';

type Form = Pick<Problem, 'expected' | 'found' | 'hint'>;
type Code = YAMLError['code'];

/** Messages for common errors; other errors have the parser's message. */
const forms: Partial<Record<Code, Form>> = {
  TAB_AS_INDENT: { expected: 'spaces for indentation', found: 'a tab' },
  MULTIPLE_DOCS: { expected: 'one document', found: 'another one after "---"' },
  TAG_RESOLVE_FAILED: {
    expected: 'plain values',
    found: 'a tag',
    hint: 'quote values that begin with "!"',
  },
  BAD_SCALAR_START: { expected: 'a value', found: 'a reserved character before it', hint: 'quote the value' },
  MULTILINE_IMPLICIT_KEY: {
    expected: '"key: value" with a space after the colon',
    found: 'a line without it',
  },
  BLOCK_AS_IMPLICIT_KEY: {
    expected: 'one "key: value" per line, all keys of a map in one column',
    found: 'a second ": " before the value ends',
    hint: 'fix the indentation of the next line, or quote a value that contains ": "',
  },
};

/** Returns the syntax problems, and whether the content is usable nevertheless. */
export function syntaxProblems(
  document: Document.Parsed,
  text: string,
  at: (offset: number) => Location,
): { problems: Problem[]; usable: boolean } {
  const problems = new Map<number, Problem>();
  const add = (offset: number, form: Form): void => {
    // One problem can cause several errors at the same location; the first describes it best.
    if (!problems.has(offset)) problems.set(offset, { ...at(offset), path: '', ...form });
  };
  for (const error of [...document.errors, ...document.warnings]) add(error.pos[0], formOf(error, text));
  visit(document, { Alias: (_key, alias) => add(alias.range?.[0] ?? 0, aliasForm(alias.source)) });
  return { problems: [...problems.values()], usable: document.errors.every(isHarmless) };
}

/** The parser keeps the first of duplicate keys, so the rest of the file can be checked. */
function isHarmless({ code }: YAMLError): boolean {
  return code === 'DUPLICATE_KEY';
}

function formOf({ code, message, pos }: YAMLError, text: string): Form {
  if (code === 'DUPLICATE_KEY')
    return { expected: 'each key once', found: `${wordAt(text, pos[0])} a second time` };
  return forms[code] ?? { expected: 'YAML 1.2', found: `a syntax error: ${message}` };
}

function wordAt(text: string, offset: number): string {
  return /^[^\s:]+/.exec(text.slice(offset, offset + 60))?.[0] ?? 'a key';
}

function aliasForm(name: string): Form {
  return {
    expected: 'plain values',
    found: `the alias *${name}`,
    hint: 'repeat the value, or quote values that begin with "*"',
  };
}
