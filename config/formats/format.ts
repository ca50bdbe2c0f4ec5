/** A step of a path: a key of a map or an index of a list. */
export type Segment = string | number;

/** JSON Schema (draft-07) as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A problem in a value: where in it, what was expected and what was found. */
export interface Issue {
  readonly at: readonly Segment[];
  readonly expected: string;
  readonly found: string;
  readonly hint?: string;
}

/** Reports a problem. A format continues after it, so that all are reported at once. */
export type Report = (issue: Issue) => void;

/**
 * Converts one kind of value from and to its written form. Raw scalars are text, whether from YAML, an environment
 * variable or a flag; lists are arrays and maps are `Map`s.
 */
export interface Format<T> {
  /** The expected form in words, as they follow "expected". */
  readonly expected: string;
  readonly json: JsonSchema;
  /** Returns the value, or undefined after at least one report. */
  decode(raw: unknown, report: Report): T | undefined;
  /** Returns the written form, which decodes to the same value. */
  encode(value: T): unknown;
}

/** A format of unknown type; only its setting knows the type. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- decode and encode are used as a pair, of one format
export type AnyFormat = Format<any>;

/** Thrown by `read` of a text format to add a hint to the problem. */
export class Refusal extends Error {}

interface TextFormat<T> {
  readonly expected: string;
  readonly json: JsonSchema;
  /** Returns the value, undefined for another form. @throws Refusal for another form, with a hint */
  read(text: string): T | undefined;
  write?(value: T): unknown;
}

/** A format of one scalar. */
export function textFormat<T>(format: TextFormat<T>): Format<T> {
  return {
    expected: format.expected,
    json: format.json,
    decode(raw, report) {
      const { value, hint } = isShort(raw) ? attempt(format, raw) : {};
      if (value === undefined) report({ at: [], expected: format.expected, found: show(raw), hint });
      return value;
    },
    encode: format.write ?? ((value) => value),
  };
}

/** No scalar of this file is longer than PATH_MAX. */
function isShort(raw: unknown): raw is string {
  return typeof raw === 'string' && raw.length <= 4096;
}

function attempt<T>(format: TextFormat<T>, text: string): { value?: T; hint?: string } {
  try {
    return { value: format.read(text) };
  } catch (error) {
    if (error instanceof Refusal) return { hint: error.message };
    throw error;
  }
}

/** Returns a report for a value within another one. */
export function within(report: Report, segment: Segment): Report {
  return (issue) => report({ ...issue, at: [segment, ...issue.at] });
}

const shownCharacters = 60;

/** Formats a found value, truncated for a message. */
export function show(raw: unknown): string {
  if (raw === null || raw === undefined) return 'nothing';
  if (Array.isArray(raw)) return 'a list';
  if (typeof raw === 'object') return 'a map';
  const text = JSON.stringify(withoutPassword(String(raw)));
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text;
}

/** Hides credentials in URLs, which must not be logged. */
function withoutPassword(text: string): string {
  return text.replace(/\/\/[^/\s]*@/g, '//(hidden)@');
}
