import { printableCell } from './printable.ts';

/** Aligns columns with three spaces between them; the last column is not padded. */
export function alignColumns(cells: string[][]): string[] {
  const rows = cells.map((row) => row.map(printableCell));
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, cell.length)));
  }
  return rows.map((row) =>
    row
      .map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0)))
      .join('   ')
      .trimEnd(),
  );
}
