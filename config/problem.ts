import { PouchError } from '../hooks/errors.ts';
import type { ErrorCode } from '../hooks/errors.ts';

/** A problem in the configuration. */
export interface Problem {
  /** Absolute path of the configuration file; absent for a variable or flag. */
  readonly file?: string;
  /** Starts at 1. */
  readonly line?: number;
  readonly column?: number;
  /** The variable or flag: `POUCHD_LOG_LEVEL` or `--log-level`. */
  readonly source?: string;
  /** The setting, such as `plugins[0].timeout`; empty if the problem concerns the whole file. */
  readonly path: string;
  readonly expected: string;
  readonly found: string;
  readonly hint?: string;
}

type ConfigErrorCode = Extract<ErrorCode, `PCH_CONFIG_${string}`>;

/** The configuration is invalid; `problems` has all reasons in the order of the file. */
export class ConfigError extends PouchError {
  readonly problems: readonly Problem[];

  constructor(code: ConfigErrorCode, problems: readonly Problem[], hint: string, cause?: unknown) {
    super(code, problems.map(formatProblem).join('\n'), { hint, cause });
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** Returns what `read` returns; undefined if that throws a ConfigError. */
export function ifValid<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

/** Formats a problem: `FILE:7:3: network.mtu: expected a whole number from 576 to 65535, found "big" (HINT)`. */
export function formatProblem(problem: Problem): string {
  const { path, expected, found, hint } = problem;
  const place = [where(problem), path].filter(Boolean).join(': ');
  return `${place}: expected ${expected}, found ${found}${hint ? ` (${hint})` : ''}`;
}

function where({ file, line, column, source }: Problem): string | undefined {
  if (source !== undefined) return source;
  return line === undefined ? file : `${file}:${line}:${column}`;
}

/** Sorts problems in the order of the files and their lines; those without a line come last. */
export function inFileOrder(problems: readonly Problem[], files: readonly string[] = []): Problem[] {
  const placeOf = ({ file = '' }: Problem) => files.indexOf(file);
  return problems.toSorted(
    (a, b) =>
      Number(a.line === undefined) - Number(b.line === undefined) ||
      placeOf(a) - placeOf(b) ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0),
  );
}
