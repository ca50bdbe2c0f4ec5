import type { TimelineTapWire, TimelineWire } from '../../client/index.ts';
import { alignColumns } from '../output/table.ts';

/** Characters of a bar: the whole operation. */
const barWidth = 30;

/** Fields of a call that are listed; JSON has more. */
const mostFields = 6;

const headings = ['OFFSET', 'TOOK', 'HOOK', 'PLUGIN', 'OUTCOME', `|${'-'.repeat(barWidth)}|`];

/** Draws what plugins did in each operation; offsets of operations are from the first, those of hooks from theirs. */
export function timelineLines(operations: readonly TimelineWire[]): string[] {
  const first = Date.parse(operations[0]?.at ?? '');
  return operations.flatMap((operation, index) => [
    ...(index === 0 ? [] : ['']),
    heading(operation, Date.parse(operation.at) - first),
    ...tapLines(operation),
  ]);
}

function heading({ verb, at, ms, running }: TimelineWire, offsetMs: number): string {
  return `${verb} at +${duration(offsetMs)} (${at}): ${duration(ms)}${running ? ' so far' : ''}`;
}

/** A row per tap, each followed by what it changed and logged. */
function tapLines({ taps, ms }: TimelineWire): string[] {
  const total = Math.max(ms, ...taps.map((tap) => tap.offsetMs + tap.ms));
  const [titles = '', ...rows] = alignColumns([headings, ...taps.map((tap) => cells(tap, total))]);
  return [`  ${titles}`, ...rows.flatMap((row, index) => [`  ${row}`, ...details(taps[index]!)])];
}

function cells(tap: TimelineTapWire, total: number): string[] {
  const outcome = tap.attempts > 1 ? `${tap.outcome} (${tap.attempts} attempts)` : tap.outcome;
  return [`+${duration(tap.offsetMs)}`, duration(tap.ms), tap.hook, tap.tap, outcome, `|${bar(tap, total)}|`];
}

/** At least one character, so that short taps are seen. */
function bar({ offsetMs, ms }: TimelineTapWire, total: number): string {
  const scale = total > 0 ? barWidth / total : 0;
  const length = Math.min(barWidth, Math.max(1, Math.round(ms * scale)));
  const start = Math.min(barWidth - length, Math.floor(offsetMs * scale));
  return ' '.repeat(start) + '█'.repeat(length) + ' '.repeat(barWidth - start - length);
}

function details({ error, changes, changesLeftOut, log, logLeftOut }: TimelineTapWire): string[] {
  const lines = [
    ...(error === undefined ? [] : [`error: ${error}`]),
    ...(changes.length === 0 ? [] : [`changed: ${changedFields(changes, changesLeftOut)}`]),
    ...log.map(({ level, message, fields = {} }) => `${level}: ${[message, ...pairs(fields)].join(' ')}`),
    ...(logLeftOut === 0 ? [] : [`(${logLeftOut} more lines: see the log of pouchd)`]),
  ];
  return lines.map((line) => `      ${line.replaceAll(/\s+/g, ' ')}`);
}

function changedFields(changes: readonly string[], leftOut: number): string {
  const more = Math.max(0, changes.length - mostFields) + leftOut;
  return changes.slice(0, mostFields).join(', ') + (more === 0 ? '' : ` and ${more} more`);
}

function pairs(fields: Record<string, unknown>): string[] {
  return Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
}

/** `0.35 ms`, `12 ms`, `3.4 s`, `5 min`. */
function duration(ms: number): string {
  if (ms < 10) return `${ms.toFixed(2)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 120_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`;
}
