import type { TimelineOperation, TimelineTap } from '../../../hooks/timeline.ts';
import { formatPath, type TapTrace, type TracedOperation } from '../../plugins/index.ts';

/** Fields of one tap that are listed. */
const mostChanges = 50;
/** Characters of a message, and of a field of a line. */
const longestText = 500;

/** A traced operation as it is stored and shown: plain data of a bounded size. */
export function timelineOf({ verb, at, began, ms, isRunning, taps }: TracedOperation): TimelineOperation {
  return {
    verb,
    at: at.toISOString(),
    ms: round(ms),
    ...(isRunning && { running: true as const }),
    taps: taps.map((trace) => tapOf(trace, began)).sort((a, b) => a.offsetMs - b.offsetMs),
  };
}

function tapOf(
  { hook, plugin, tap, ms, attempts, outcome, error, notes, began }: TapTrace,
  operationBegan: number,
): TimelineTap {
  const { lines, linesLeftOut, changes } = notes;
  return {
    hook,
    plugin,
    tap,
    offsetMs: round(began - operationBegan),
    ms,
    attempts,
    outcome,
    ...(error !== undefined && { error: short(error) }),
    log: lines.map(({ level, message, fields }) => ({
      level,
      message: short(String(message)),
      ...(fields && { fields: shortFields(fields) }),
    })),
    logLeftOut: linesLeftOut,
    changes: changes.slice(0, mostChanges).map(({ path }) => short(formatPath(path))),
    changesLeftOut: Math.max(0, changes.length - mostChanges),
  };
}

/** Texts and numbers as they are, and other values as short JSON: a plugin may log whatever it has. */
function shortFields(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields)
      .slice(0, mostChanges)
      .map(([name, value]) => [short(name), isScalar(value) ? value : short(asText(value))]),
  );
}

function isScalar(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean';
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}

function short(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText - 1)}…` : text;
}

/** Microseconds are precise enough. */
function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
