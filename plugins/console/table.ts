import type { PageBlock, PageValue } from '../../hooks/index.ts';

const mostRows = 500;
/** Bytes as JSON: all tables of a page fit in what a page may have, whatever containers and plugins choose. */
const mostBytes = 150 * 1024;

interface Table {
  readonly title: string;
  readonly columns: string[];
  readonly rows: readonly PageValue[][];
  readonly empty?: string;
}

/** A table of the first rows, as many as one page can show. */
export function table({ title, columns, rows, empty }: Table): PageBlock {
  const shown: PageValue[][] = [];
  let left = mostBytes;
  for (const row of rows.slice(0, mostRows)) {
    left -= Buffer.byteLength(JSON.stringify(row));
    if (left < 0) break;
    shown.push(row);
  }
  const isWhole = shown.length === rows.length;
  return {
    kind: 'table',
    title: isWhole ? title : `${title}: the first ${shown.length} of ${rows.length}`,
    columns,
    rows: shown,
    ...(empty !== undefined && { empty }),
  };
}
