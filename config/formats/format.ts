/** A step into a value: a key of a map or an index of a list. */
export type Segment = string | number;

/** JSON Schema (draft-07) as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** One mistake in a value: where inside it, what was expected there and what was found. */
export interface Issue {
  readonly at: readonly Segment[];
  readonly expected: string;
  readonly found: string;
  readonly hint?: string;
}

/** Takes one mistake; a format goes on after it, so that all are told at once. */
export type Report = (issue: Issue) => void;

/**
 * The written form of one kind of value. Scalars arrive as text, whether from YAML, an environment variable or a
 * flag; lists arrive as arrays and maps as `Map`.
 */
export interface Format<T> {
  /** The expected form in words, put after "expected". */
  readonly expected: string;
  readonly json: JsonSchema;
  /** The value, or undefined after at least one report. */
  decode(raw: unknown, report: Report): T | undefined;
  /** Back to the written form; `decode` of it gives the same value. */
  encode(value: T): unknown;
}

/** Any format; what it decodes to is known only by its setting. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- decode and encode are used as a pair, of one format
export type AnyFormat = Format<any>;

/** Thrown by the reader of a text format to say more than "this is not the expected form". */
export class Refusal extends Error {}

interface TextFormat<T> {
  readonly expected: string;
  readonly json: JsonSchema;
  /** The value; undefined when the text has not the expected form; throws Refusal with a hint to say why. */
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

/** No scalar of this file is longer than a path, PATH_MAX bytes. */
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

/** A report that says where in the enclosing value the mistake is. */
export function within(report: Report, segment: Segment): Report {
  return (issue) => report({ ...issue, at: [segment, ...issue.at] });
}

const SHOWN_CHARACTERS = 60;

/** A found value, short enough for a message. */
export function show(raw: unknown): string {
  if (raw === null || raw === undefined) return 'nothing';
  if (Array.isArray(raw)) return 'a list';
  if (typeof raw === 'object') return 'a map';
  const text = JSON.stringify(withoutPassword(String(raw)));
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

/** A URL may carry credentials, which no log and no terminal should show. */
function withoutPassword(text: string): string {
  return text.replace(/\/\/[^/\s]*@/g, '//(hidden)@');
}
