import { loadConfig } from './load.ts';
import type { LoadOptions, LoadedConfig } from './load.ts';
import { ConfigError } from './problem.ts';

/** Output and exit code of `pouchd --check-config`. */
export interface CheckResult {
  readonly exitCode: 0 | 1;
  /** Ends with a newline. */
  readonly output: string;
}

/**
 * Returns `OK` and the warnings, or every problem on its own line, their number and a hint. The declarations of the
 * files are checked although those of an applied file may be in force.
 */
export function checkConfig(options: LoadOptions): CheckResult {
  try {
    return { exitCode: 0, output: lines([summary(loadConfig({ ...options, applied: null }))]) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const count = error.problems.length === 1 ? '1 problem' : `${error.problems.length} problems`;
    return { exitCode: 1, output: lines([error.message, '', count, `hint: ${error.hint}`]) };
  }
}

function summary({ file, warnings }: LoadedConfig): string {
  const subject = file ?? 'no configuration file, all defaults';
  return [`OK: ${subject}`, ...warnings.map((warning) => `warning: ${warning}`)].join('\n');
}

function lines(parts: readonly string[]): string {
  return `${parts.join('\n')}\n`;
}
