import { didYouMean } from '../suggest.ts';
import type { AnyFormat, Format, JsonSchema, Report } from './format.ts';
import { show, within } from './format.ts';

/** A key of a map with fixed keys. */
export interface RecordField {
  readonly format: AnyFormat;
  /** Markdown, full sentences. */
  readonly doc: string;
  readonly required?: boolean;
}

export interface RecordForm<T> {
  readonly expected: string;
  /** In the order of the docs. */
  readonly fields: Readonly<Record<keyof T & string, RecordField>>;
  /** Values of omitted keys. */
  readonly defaults?: Partial<T>;
  /** Hint for an unknown key that resembles no known one. */
  readonly unknownHint?: string;
  /** Additions to the JSON Schema. */
  readonly json?: JsonSchema;
  /** Checks constraints between keys. */
  check?(raw: ReadonlyMap<unknown, unknown>, report: Report): void;
}

/** A map with fixed keys. */
export function record<T extends object>(form: RecordForm<T>): Format<T> {
  return {
    expected: form.expected,
    json: schemaOf(form),
    decode(raw, report) {
      if (!(raw instanceof Map)) return void report({ at: [], expected: form.expected, found: show(raw) });
      let sound = true;
      const reportUnsound: Report = (issue) => {
        sound = false;
        report(issue);
      };
      const fields = decodeFields(form, raw, reportUnsound);
      form.check?.(raw, reportUnsound);
      return sound ? ({ ...form.defaults, ...fields } as T) : undefined;
    },
    encode: (value) => encodeFields(form, value),
  };
}

/** Encodes in the order of the fields, not of the file. */
function encodeFields<T extends object>({ fields }: RecordForm<T>, value: T): Record<string, unknown> {
  const written: Record<string, unknown> = {};
  for (const [name, { format }] of Object.entries<RecordField>(fields)) {
    const field = value[name as keyof T];
    if (field !== undefined) written[name] = format.encode(field);
  }
  return written;
}

function decodeFields<T extends object>(
  form: RecordForm<T>,
  raw: Map<unknown, unknown>,
  report: Report,
): Record<string, unknown> {
  const decoded: Record<string, unknown> = {};
  for (const [key, value] of raw) {
    const name = String(key);
    const field = fieldOf(form, name);
    if (field) decoded[name] = field.format.decode(value, within(report, name));
    else reportUnknown(form, name, within(report, name));
  }
  for (const [name, { required, format }] of Object.entries<RecordField>(form.fields))
    if (required && !raw.has(name))
      report({
        at: [name],
        expected: format.expected,
        found: 'nothing',
        hint: `every entry has \`${name}\``,
      });
  return decoded;
}

function fieldOf<T>(form: RecordForm<T>, name: string): RecordField | undefined {
  return Object.hasOwn(form.fields, name) ? form.fields[name as keyof T & string] : undefined;
}

function reportUnknown<T>(form: RecordForm<T>, name: string, report: Report): void {
  const known = Object.keys(form.fields);
  const hint = didYouMean(name, known) ?? form.unknownHint;
  report({
    at: [],
    expected: `one of ${known.join(', ')}`,
    found: `the unknown key ${show(name)}`,
    ...(hint !== undefined && { hint }),
  });
}

function schemaOf<T>({ fields, json }: RecordForm<T>): JsonSchema {
  const all = Object.entries<RecordField>(fields);
  const required = all.filter(([, field]) => field.required).map(([name]) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(
      all.map(([name, { format, doc }]) => [name, { description: doc, ...format.json }]),
    ),
    additionalProperties: false,
    ...(required.length > 0 && { required }),
    ...json,
  };
}
