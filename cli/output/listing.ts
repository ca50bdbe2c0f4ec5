import { invalidOption } from '../errors.ts';
import type { Printer } from '../Session.ts';
import { alignColumns } from './table.ts';
import { parseTemplate } from './template.ts';
import type { Fields } from './template.ts';

export interface Listing {
  /** Heading and field of each column of the default table. */
  columns: [heading: string, field: string][];
  rows: Fields[];
  /** The field that -q prints. */
  key: string;
}

export interface ListingFlags {
  quiet?: boolean;
  format?: string;
}

/** Prints a list as a table, as keys (-q), as JSON lines, or with a template. */
export function printListing(output: Printer, listing: Listing, flags: ListingFlags): void {
  const format = flags.format ?? 'table';
  if (flags.quiet && format !== 'json') printLines(output, keysOf(listing));
  else if (format === 'table') printLines(output, tableOf(listing));
  else if (format === 'json')
    printLines(
      output,
      listing.rows.map((row) => JSON.stringify(row)),
    );
  else printLines(output, byTemplate(listing, format));
}

function printLines(output: Printer, lines: string[]): void {
  if (lines.length > 0) output.print(lines.join('\n'));
}

function keysOf({ rows, key }: Listing): string[] {
  return rows.map((row) => String(row[key]));
}

function tableOf({ columns, rows }: Listing): string[] {
  const headings = columns.map(([heading]) => heading);
  return alignColumns([headings, ...rows.map((row) => columns.map(([, field]) => String(row[field] ?? '')))]);
}

/** `table {{.ID}}\t{{.Names}}` prints a table with headings; without `table` each row is printed unaligned. */
function byTemplate({ columns, rows }: Listing, format: string): string[] {
  const asTable = /^table\s+/.exec(format);
  const render = parseTemplate(format.slice(asTable?.[0].length ?? 0));
  const lines = rows.map((row) => render(knownFieldsOf(row)));
  if (!asTable) return lines;
  const headings = Object.fromEntries(columns.map(([heading, field]) => [field, heading]));
  const names = new Proxy(headings, {
    get: (known, name) => known[String(name)] ?? String(name).toUpperCase(),
  });
  return alignColumns([render(names), ...lines].map((line) => line.split('\t')));
}

/** Rows have all fields, so that an unknown name in a template is an error. */
function knownFieldsOf(row: Fields): Fields {
  return new Proxy(row, {
    get(fields, name) {
      if (typeof name === 'symbol' || name === 'toJSON' || name in fields) return fields[name as string];
      throw invalidOption('--format', `one of ${Object.keys(fields).join(', ')}`, name);
    },
  });
}
