import { loadConfig } from './load.ts';
import type { LoadOptions, LoadedConfig } from './load.ts';
import { ConfigError } from './problem.ts';

/** What `pouchd --check-config` prints and exits with. */
export interface CheckResult {
  readonly exitCode: 0 | 1;
  /** Ends with a newline. */
  readonly output: string;
}

/** `OK` and the warnings, or every problem in a line of its own, their number and what to do. */
export function checkConfig(options: LoadOptions): CheckResult {
  try {
    return { exitCode: 0, output: lines([summary(loadConfig(options))]) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const count = error.problems.length === 1 ? '1 problem' : `${error.problems.length} problems`;
    return { exitCode: 1, output: lines([error.message, '', `${count}. ${error.hint ?? ''}`.trim()]) };
  }
}

function summary({ file, warnings }: LoadedConfig): string {
  const subject = file ?? 'no configuration file, all defaults';
  return [`OK: ${subject}`, ...warnings.map((warning) => `warning: ${warning}`)].join('\n');
}

function lines(parts: readonly string[]): string {
  return `${parts.join('\n')}\n`;
}
