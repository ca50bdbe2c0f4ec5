import type { Outcome } from './cases/case.ts';
import type { Series } from './measure.ts';
import { summary } from './statistics.ts';
import { type Target, verdict } from './target.ts';

const headings = ['median', 'min', 'p90', 'runs'];

/** Formats the results of a case, one contender per line, and its notes. */
export function caseTable({ about, series, notes }: Outcome): string {
  const rows = series.map(row);
  const widths = columnWidths([['', ...headings], ...rows]);
  const lines = [['', ...headings], ...rows].map((cells) => `  ${align(cells, widths)}`.trimEnd());
  return [`\n${about}`, ...lines, ...notes.map((note) => `  ${note}`), ''].join('\n');
}

/** Formats all targets, one per line. */
export function targetTable(outcomes: readonly Outcome[]): string {
  const rows = outcomes.flatMap(({ name, targets }) =>
    targets.map((target) => [name, target.subject, value(target), limit(target), verdict(target)]),
  );
  const widths = columnWidths(rows);
  return rows.map((cells) => `  ${align(cells, widths, 2)}`.trimEnd()).join('\n');
}

function row({ name, unit, samples, failure }: Series): string[] {
  if (samples.length === 0) return [name, failure === undefined ? '-' : 'failed'];
  const { median, min, p90 } = summary(samples);
  const figures = samples.length > 1 ? [median, min, p90] : [median];
  const cells = figures.map((figure) => `${figure.toFixed(1)} ${unit}`);
  return [name, ...cells, ...(samples.length > 1 ? [String(samples.length)] : [])];
}

function value({ value: seen, unit }: Target): string {
  return Number.isNaN(seen) ? '-' : amount(seen, unit);
}

function limit({ limit: most, unit }: Target): string {
  return most === undefined ? '' : `≤ ${unit === '×' ? `${most} ×` : `${most} ${unit}`}`;
}

function amount(figure: number, unit: Target['unit']): string {
  return `${figure.toFixed(unit === '×' ? 2 : 1)} ${unit}`;
}

function columnWidths(rows: readonly string[][]): number[] {
  const columns = Math.max(0, ...rows.map(({ length }) => length));
  return Array.from({ length: columns }, (_, i) => Math.max(...rows.map((cells) => cells[i]?.length ?? 0)));
}

/** Aligns the first columns, which are text, to the left, the others to the right. */
function align(cells: readonly string[], widths: readonly number[], textColumns = 1): string {
  return cells
    .map((cell, i) => (i < textColumns ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
    .join('  ');
}
